import type { Graph } from './builder.js';
import { dataInputs } from './fuse.js';
import { KINDS } from './kinds.js';
import type { Kind, Node } from './node.js';
import { rewrite } from './rewrite.js';

/**
 * Which maps of the forward pass wait for the backward pass: all, or those at the ends of blocks, between which the
 * others are computed again.
 */
export type Recompute = 'none' | 'blocks';

/** A map that costs no memory to speak of, or a layer whose packed tensors are its own. */
function stays(node: Node): boolean {
  const { filter, vectors } = KINDS[node.kind] as Kind<unknown>;
  const small = node.kind === 'input' || node.kind === 'reduce' || node.kind === 'variance';
  return small || Boolean(filter ?? vectors);
}

/** The number of each layer's block: one ends with a pool, or when it has as many layers as there would be blocks. */
function blocksOf(layers: readonly Node[]): Map<Node, number> {
  const most = Math.ceil(Math.sqrt(layers.filter((node) => !stays(node)).length));
  const blocks = new Map<Node, number>();
  let [block, length] = [0, 0];
  for (const node of layers) {
    blocks.set(node, block);
    if (!stays(node)) length++;
    if (node.kind === 'max_pool' || node.kind === 'avg_pool' || length === most) {
      block++;
      length = 0;
    }
  }
  return blocks;
}

/**
 * The same results with less memory and more work: maps that only the backward pass still reads are dropped and
 * computed again, block by block, right before it needs them. The layers are the same and read the same, so every
 * result has the same bits. Kept are what another block reads, and the last block, where the backward pass begins.
 * @param results the outputs, by name
 * @param forward the layers of the forward pass, in their order
 */
export function recomputed(
  graph: Graph,
  results: ReadonlyMap<string, Node>,
  forward: readonly Node[],
): Graph {
  const blocks = blocksOf(forward);
  const last = Math.max(...blocks.values());
  const kept = new Set<Node>(results.values());
  for (const [node, block] of blocks) {
    if (stays(node) || block === last) kept.add(node);
    for (const x of dataInputs(node)) if (blocks.get(x) !== block) kept.add(x);
  }

  const copies = new Map<Node, Node>();
  const again = new Map<Node, Node>();
  /** The inputs of a layer, those whose maps were dropped computed again. */
  const fresh = (g: Graph, node: Node): Node[] =>
    node.inputs.map((x, i) => (i < dataInputs(node).length ? redo(g, x) : copies.get(x)!));
  const redo = (g: Graph, node: Node): Node => {
    if (kept.has(node) || !blocks.has(node)) return copies.get(node)!;
    const made = again.get(node) ?? g.add(node.kind, `${node.name} again`, fresh(g, node), node.attrs);
    again.set(node, made);
    return made;
  };
  return rewrite(
    graph,
    (g, node, inputs) => {
      const made = g.add(node.kind, node.name, blocks.has(node) ? inputs : fresh(g, node), node.attrs);
      copies.set(node, made);
      return made;
    },
    results,
  );
}
