import { Graph } from './builder.js';
import type { Node } from './node.js';

/**
 * Turns a classifier into a heat-map net: an inner product over a C x H x W map is a convolution with a
 * window of H x W and the same numbers (section 3.1 of the paper), so inputs of any size run. Weights
 * keep their names and their order in memory.
 */
export function convolutionalise(graph: Graph): Graph {
  const made = new Graph(graph.name);
  const copies = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((x) => copies.get(x)!);
    copies.set(node, copy(made, node, inputs));
  }
  for (const [name, node] of graph.outputs) made.output(copies.get(node)!, name);
  return made;
}

function copy(graph: Graph, node: Node, inputs: readonly Node[]): Node {
  if (node.kind === 'input') return graph.input(node.name, node.channels);
  if (node.kind !== 'inner_product') return graph.add(node.kind, node.name, inputs, node.attrs);
  const { x, out, bias, relu } = (node as Node<'inner_product'>).attrs;
  return graph.conv(node.name, inputs[0]!, { out, kernel: [x.h, x.w], bias, relu });
}
