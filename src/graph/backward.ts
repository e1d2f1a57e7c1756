import { UnsupportedError } from '../errors.js';
import type { Graph } from './builder.js';
import type { GradientRule, Tape } from './gradients/rule.js';
import { GRADIENTS, WITHOUT_GRADIENT } from './gradients.js';
import { KINDS } from './kinds.js';
import type { KindName, Node } from './node.js';

/** Every layer whose map depends on one of these, and these themselves. */
export function dependents(graph: Graph, on: ReadonlySet<Node>): Set<Node> {
  const found = new Set(on);
  for (const node of graph.nodes)
    if (node.inputs.slice(0, KINDS[node.kind].reads).some((x) => found.has(x))) found.add(node);
  return found;
}

/** Adds layers under the names that are asked for, or those with a number where a name is taken. */
const tapeOn = (graph: Graph): Tape => ({
  add(kind, name, inputs, attrs) {
    let free = name;
    for (let i = 2; graph.has(free); i++) free = `${name} ${i}`;
    return graph.add(kind, free, inputs, attrs);
  },
});

/**
 * Adds to a graph the layers that compute the gradient of a scalar with respect to some of its layers, by the
 * chain rule from the last layer to the first. Where a map is read several times its gradients are added, in
 * the order in which they arise, so that the result is the same in every run.
 * @param seeds the gradient with respect to the layers on which the scalar depends directly
 * @param wanted the layers whose gradients are asked for, inputs of the graph as a rule
 * @returns the gradients; a wanted layer on which no seed depends has none
 * @throws UnsupportedError where a layer in between has no gradient
 */
export function backward(
  graph: Graph,
  seeds: ReadonlyMap<Node, Node>,
  wanted: ReadonlySet<Node>,
): Map<Node, Node> {
  const tape = tapeOn(graph);
  const carries = dependents(graph, wanted);
  const parts = new Map<Node, Node[]>();
  const give = (node: Node, d: Node) => parts.set(node, [...(parts.get(node) ?? []), d]);
  for (const [node, d] of seeds) give(node, d);

  const found = new Map<Node, Node>();
  for (const node of [...graph.nodes].reverse()) {
    const all = parts.get(node);
    if (!all || !carries.has(node)) continue;
    const dy = all.length === 1 ? all[0]! : tape.add('sum', `${node.name} dy`, all, {});
    if (wanted.has(node)) found.set(node, dy);
    if (!node.inputs.some((x) => carries.has(x))) continue;
    const rule = GRADIENTS[node.kind] as GradientRule<KindName> | undefined;
    if (!rule) {
      const reasons: Readonly<Record<string, string>> = WITHOUT_GRADIENT;
      throw new UnsupportedError(
        `${node.name}: a layer of kind ${node.kind} has no gradient: ${reasons[node.kind]}`,
      );
    }
    const wants = (i: number) => node.inputs[i] !== undefined && carries.has(node.inputs[i]);
    for (const [i, d] of rule({ tape, node, attrs: node.attrs, dy, wants }).entries())
      if (d && wants(i)) give(node.inputs[i]!, d);
  }
  return found;
}
