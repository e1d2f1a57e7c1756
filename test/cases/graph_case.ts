import { Graph } from '../../src/graph/builder.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { Node } from '../../src/graph/node.js';
import type { Shape } from '../../src/shape.js';
import { type Case, product } from './case.js';
import { shapeOf } from './gradient.js';
import { graphLaunch } from './graph_launch.js';

/** An operator that only graphs have: a case but for what follows from its layers. */
export interface GraphCase extends Omit<Case, 'bytes' | 'splits' | 'gradient' | 'launch'> {
  /** Sizes of its outputs. */
  readonly outputs: readonly (readonly number[])[];
  /** Inputs that only lend their size. */
  readonly like?: Readonly<Record<string, Shape>>;
  /** Adds its layers to a graph that has its inputs. Returns its outputs. */
  add(g: Graph, inputs: Readonly<Record<string, Node>>): readonly Node[];
}

export const dims = ({ n, c, h, w }: Shape): number[] => [n, c, h, w];

export function graphCase({ outputs, like = {}, add, ...about }: GraphCase): Case {
  const graph = new Graph(about.name);
  const none = Object.entries(like).map(([name, shape]): [string, HostTensor] => [
    name,
    { shape, data: new Float32Array() },
  ]);
  const shapes = new Map([
    ...Object.entries(about.inputs).map(([name, size]) => [name, shapeOf(size)] as const),
    ...Object.entries(like),
  ]);
  const nodes = [...shapes].map(([name, { n, c, h, w }]) => [name, graph.input(name, c, [h, w], n)] as const);
  for (const [i, node] of add(graph, Object.fromEntries(nodes)).entries()) graph.output(node, `output ${i}`);
  const values = [...Object.values(about.inputs), ...outputs].reduce((sum, size) => sum + product(size), 0);
  return {
    ...about,
    bytes: 4 * values,
    splits: false,
    launch(engine, data, elem) {
      const given = Object.keys(about.inputs).map((name): [string, HostTensor] => [
        name,
        { shape: shapes.get(name)!, data: data[name]! },
      ]);
      return graphLaunch(engine, graph, Object.fromEntries([...given, ...none]), elem);
    },
  };
}
