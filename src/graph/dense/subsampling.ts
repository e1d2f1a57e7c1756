import { ShapeError, UnsupportedError } from '../../errors.js';
import { poolWindow } from '../../lower/pool.js';
import { conv2dWindow } from '../../ops/conv2d.js';
import { gcd, type Pair, pair, type Window } from '../../shape.js';
import type { Graph } from '../builder.js';
import type { KindName, Node } from '../node.js';

/** How much of a net's subsampling to remove: its whole stride by default. */
export interface RarefyOptions {
  /** What to divide the net's stride by, from its last strided layer backwards. It must divide it. */
  readonly factor?: number | Pair;
  /** Or the layers whose stride becomes 1, by name. */
  readonly layers?: readonly string[];
}

/** One layer's share, along each axis. */
export interface Share {
  /** The stride that stays. */
  readonly stride: Pair;
  /** Times that the map it reads is denser than in the coarse net, and the map that it makes. */
  readonly from: Pair;
  readonly to: Pair;
}

/** A net's subsampling, taken apart. */
export interface Subsampling {
  readonly shares: ReadonlyMap<Node, Share>;
  /** Times that the outputs become denser. */
  readonly factor: Pair;
  /** Pixels between their cells then. */
  readonly stride: Pair;
}

/** Kinds that look at one pixel of maps that lie alike. */
const POINTWISE: ReadonlySet<KindName> = new Set<KindName>([
  ...(['activation', 'prelu', 'scale', 'batch_norm', 'lrn', 'softmax', 'sum', 'binary', 'concat'] as const),
]);

/** Whether a layer looks at one pixel: of a kind that does, or a choice of channels. */
const isPointwise = (node: Node): boolean =>
  POINTWISE.has(node.kind) || ((isKind(node, 'slice') || isKind(node, 'take')) && node.attrs.axis === 'c');

export const isKind = <K extends KindName>(node: Node, kind: K): node is Node<K> => node.kind === kind;

/** The window of a layer that has one. */
export function windowOf(node: Node): Window | null {
  if (isKind(node, 'conv2d')) return conv2dWindow(node.attrs.filter, node.attrs.options);
  if (isKind(node, 'max_pool') || isKind(node, 'avg_pool')) return poolWindow(node.attrs);
  return null;
}

const each = (f: (i: 0 | 1) => number): Pair => [f(0), f(1)];
const same = (a: Pair, b: Pair): boolean => a[0] === b[0] && a[1] === b[1];
const show = (p: Pair): string => p.join(' x ');

/** What a layer's inputs have in common, by whatever is known of each. */
function common(node: Node, known: ReadonlyMap<Node, Pair>, what: string): Pair {
  const [first, ...rest] = node.inputs.map((x) => known.get(x)!);
  const other = rest.find((p) => !same(p, first!));
  if (other)
    throw new UnsupportedError(
      `${node.name}: meets maps of ${what} ${show(first!)} and ${show(other)}, should be alike`,
    );
  return first!;
}

/** Pixels between the cells of every layer's map. */
function strides(graph: Graph): Map<Node, Pair> {
  const known = new Map<Node, Pair>();
  for (const node of graph.nodes) {
    if (isKind(node, 'input')) {
      known.set(node, [1, 1]);
      continue;
    }
    const window = windowOf(node);
    if (!window && !isPointwise(node))
      throw new UnsupportedError(
        `${node.name}: rarefaction through ${node.kind}, should be conv2d, max_pool, avg_pool or pixel by pixel`,
      );
    if (!window && node.inputs.length > 1 && !node.coords)
      throw new UnsupportedError(`${node.name}: meets maps that do not lie alike over the image`);
    const before = common(node, known, 'stride');
    known.set(node, window ? each((i) => before[i] * window.stride[i]) : before);
  }
  return known;
}

/**
 * Takes the stride of each layer apart into what stays and what goes.
 * @throws UnsupportedError for a layer that is neither a window nor pixel by pixel, or that meets maps which do
 * not lie alike; ShapeError for a factor that does not divide the net's stride.
 */
export function subsampling(graph: Graph, o: RarefyOptions = {}): Subsampling {
  const known = strides(graph);
  const [total, ...others] = [...graph.outputs.values()].map((node) => known.get(node)!);
  const other = others.find((p) => !same(p, total!));
  if (!total || other)
    throw new UnsupportedError(
      `${graph.name}: outputs of strides ${total ? `${show(total)} and ${show(other!)}` : 'none'}, should be of one`,
    );
  for (const name of o.layers ?? [])
    if (!windowOf(graph.node(name))?.stride.some((s) => s > 1))
      throw new ShapeError(`${name}: a layer without a stride, should have one above 1`);
  const factor = pair(o.factor ?? total);
  if (!factor.every((f, i) => Number.isSafeInteger(f) && f >= 1 && total[i]! % f === 0))
    throw new ShapeError(`${graph.name}: factor ${show(factor)}, should divide the stride ${show(total)}`);

  const stays = (node: Node, i: 0 | 1): number => {
    if (o.layers) return o.layers.includes(node.name) ? 1 : windowOf(node)!.stride[i];
    const wanted = total[i] / factor[i];
    return gcd(known.get(node)![i], wanted) / gcd(known.get(node.inputs[0]!)![i], wanted);
  };
  const shares = new Map<Node, Share>();
  const density = new Map<Node, Pair>();
  for (const node of graph.nodes) {
    const window = windowOf(node);
    const from: Pair = node.kind === 'input' ? [1, 1] : common(node, density, 'density');
    const stride = window ? each((i) => stays(node, i)) : ([1, 1] as const);
    const to = window ? each((i) => (from[i] * window.stride[i]) / stride[i]) : from;
    shares.set(node, { stride, from, to });
    density.set(node, to);
  }
  const [output] = graph.outputs.values();
  const reached = density.get(output!)!;
  return { shares, factor: reached, stride: each((i) => total[i] / reached[i]) };
}
