import { filterDims } from '../lower/filter.js';
import type { Graph } from './builder.js';
import { KINDS } from './kinds.js';
import type { Kind, Node } from './node.js';

/** A tensor that a graph needs from its weights. */
export interface Parameter {
  /** `<layer>.weight`, `<layer>.bias`. */
  readonly name: string;
  readonly node: Node;
  /** [out, in/groups, kh, kw], [in, out/groups, kh, kw] where transposed, or [channels]. */
  readonly dims: readonly number[];
  /** False for the statistics of a batch norm. */
  readonly learned: boolean;
}

/** Every tensor of a graph, in the order of its layers. */
export function parameters(graph: Graph): Parameter[] {
  return graph.nodes.flatMap((node) => {
    const rule = KINDS[node.kind] as Kind<unknown>;
    const shape = rule.filter?.(node.attrs, {}).shape;
    const found: Parameter[] = [];
    if (shape) found.push({ name: `${node.name}.weight`, node, dims: filterDims(shape), learned: true });
    for (const [name, length] of Object.entries(rule.vectors?.(node.attrs) ?? {}))
      found.push({
        name: `${node.name}.${name}`,
        node,
        dims: [length],
        learned: !rule.statistics?.includes(name),
      });
    return found;
  });
}

/** The layer that a tensor is of, by the tensor's name. */
export const layerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('.'));

/** How many values a graph learns: what papers call its parameters. */
export const parameterCount = (graph: Graph): number =>
  parameters(graph)
    .filter(({ learned }) => learned)
    .reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);
