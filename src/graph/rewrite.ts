import { Graph } from './builder.js';
import type { Node } from './node.js';

/** Adds a copy of `node` to `graph`, reading `inputs`, which are the copies of what it read. */
export type CopyNode = (graph: Graph, node: Node, inputs: readonly Node[]) => Node;

const asIs: CopyNode = (graph, node, inputs) => graph.add(node.kind, node.name, inputs, node.attrs);

/** A copy of a graph, or of some of its layers, in which each is made anew by `copy`. */
export function rewrite(
  graph: Graph,
  copy: CopyNode = asIs,
  outputs = graph.outputs,
  nodes: readonly Node[] = graph.nodes,
): Graph {
  const made = new Graph(graph.name);
  const copies = new Map<Node, Node>();
  for (const node of nodes) {
    const inputs = node.inputs.map((x) => copies.get(x)!);
    copies.set(node, copy(made, node, inputs));
  }
  for (const [name, node] of outputs) made.output(copies.get(node)!, name);
  return made;
}

/** The part of a graph that these layers need, with them as its outputs by name. */
export function upTo(graph: Graph, outputs: ReadonlyMap<string, Node>): Graph {
  const needed = new Set<Node>(outputs.values());
  for (const node of [...graph.nodes].reverse())
    if (needed.has(node)) for (const x of node.inputs) needed.add(x);
  return rewrite(
    graph,
    asIs,
    outputs,
    graph.nodes.filter((node) => needed.has(node)),
  );
}

/**
 * Turns a classifier into a heat-map net: an inner product over a C x H x W map is a convolution with a
 * window of H x W and the same numbers (section 3.1 of the paper), so inputs of any size run. Weights
 * keep their names and their order in memory.
 */
export const convolutionalise = (graph: Graph): Graph =>
  rewrite(graph, (made, node, inputs) => {
    if (node.kind === 'input') return made.input(node.name, node.channels);
    if (node.kind !== 'inner_product') return asIs(made, node, inputs);
    const { x, out, bias, relu } = (node as Node<'inner_product'>).attrs;
    return made.conv(node.name, inputs[0]!, { out, kernel: [x.h, x.w], bias, relu });
  });

/** The same net with labels for scores: each output becomes the channel of its largest value, the lowest of equals. */
export function labelGraph(graph: Graph): Graph {
  const made = rewrite(graph, asIs, new Map());
  for (const [name, node] of graph.outputs)
    made.output(made.add('argmax', `${name} label`, [made.node(node.name)], {}), name);
  return made;
}

/**
 * The same net up to its map of class scores, as its only output `scores`: a global average pool and a
 * softmax at its end are left out.
 */
export function scoreMap(graph: Graph): Graph {
  const [output] = graph.outputs.values();
  let node = output!;
  while (node.kind === 'softmax' || node.kind === 'global_avg_pool') node = node.inputs[0]!;
  return upTo(graph, new Map([['scores', node]]));
}
