import { Graph } from '../src/graph/builder.js';
import type { Attrs } from '../src/graph/kinds.js';
import type { KindName } from '../src/graph/node.js';
import type { Shape } from '../src/shape.js';
import { EXPORT_CASES, type ExportCase } from './export_cases.js';
import { random } from './random.js';

/** Inputs by name. */
export type Maps = Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>;

/** A graph of one layer, and its inputs. */
export interface LayerGraph {
  /** The attributes, and whether the sizes are free. */
  readonly title: string;
  readonly graph: Graph;
  readonly inputs: Maps;
}

function layerGraph<K extends KindName>(kind: K, c: ExportCase<Attrs[K]>, fixed: boolean): LayerGraph {
  const graph = new Graph(kind);
  const inputs: Record<string, Maps[string]> = {};
  const nodes = c.inputs.map(([n, channels, h, w], i) => {
    const values = random(n * channels * h * w, 7 + i);
    const data = c.values ? values.map((v, at) => c.values!(v, i, at)) : values;
    inputs[`x${i}`] = { shape: { n, c: channels, h, w }, data };
    return fixed ? graph.input(`x${i}`, channels, [h, w], n) : graph.input(`x${i}`, channels);
  });
  graph.output(graph.add(kind, 'layer', nodes, c.attrs), 'y');
  return { title: `${JSON.stringify(c.attrs)}, ${fixed ? 'fixed' : 'free'}`, graph, inputs };
}

/** The kinds of layers that have cases: all but the input. */
export const EXPORTED_KINDS = Object.keys(EXPORT_CASES) as (keyof typeof EXPORT_CASES)[];

/** Every case of a kind, for free sizes where it can be, and for fixed ones. */
export const layerGraphs = (kind: (typeof EXPORTED_KINDS)[number]): LayerGraph[] =>
  (EXPORT_CASES[kind] as readonly ExportCase<Attrs[KindName]>[]).flatMap((c) =>
    (c.fixed ? [true] : [false, true]).map((fixed) => layerGraph(kind, c, fixed)),
  );
