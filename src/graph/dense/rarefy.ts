import type { PoolOptions } from '../../lower/pool.js';
import { type Padding, type Pair, pair } from '../../shape.js';
import type { Graph } from '../builder.js';
import type { Attrs } from '../kinds.js';
import type { KindName, Node } from '../node.js';
import { rewrite, upTo } from '../rewrite.js';
import { isKind, type RarefyOptions, type Share, subsampling, windowOf } from './subsampling.js';

export type { RarefyOptions } from './subsampling.js';

/**
 * Filter rarefaction (section 3.2 of the paper): subsampling strides become 1, and every later filter and pool is
 * rarefied, that is dilated by what was removed before it. The net computes its coarse map at every shift of the
 * image at once, `factor` times denser along each axis; cell (0, 0) is that of the coarse map. Weights keep their
 * names and numbers.
 *
 * Takes convolutions, max and average pools and layers that look at one pixel, with sums and concatenations of
 * maps that lie alike; `coarseScores` is the part of a net that has no others.
 * @throws UnsupportedError for other layers; ShapeError for a factor that does not divide the net's stride.
 */
export function rarefy(graph: Graph, o: RarefyOptions = {}): Graph {
  const needed = upTo(graph, graph.outputs);
  const { shares } = subsampling(needed, o);
  return rewrite(needed, (made, node, inputs) =>
    made.add(node.kind, node.name, inputs, rarefied(node, shares.get(node)!)),
  );
}

/** A layer's attributes with the stride that stays, on a map that is `from` times denser. */
export function rarefied(node: Node, { stride, from }: Pick<Share, 'stride' | 'from'>): Attrs[KindName] {
  const window = windowOf(node);
  if (!window) return node.attrs;
  if ([0, 1].every((i) => from[i] === 1 && stride[i] === window.stride[i])) return node.attrs;
  const dilation: Pair = [window.dilation[0] * from[0], window.dilation[1] * from[1]];
  const pad = window.pad.map((v, i) => v * from[i % 2]!) as unknown as Padding;
  if (isKind(node, 'conv2d'))
    return { ...node.attrs, options: { ...node.attrs.options, stride, dilation, pad } };
  const pool = node.attrs as PoolOptions;
  return { ...pool, stride, dilation, pad, hang: hang(pool, window.stride, stride, from) };
}

/**
 * How far windows hang over the far edge. Along an axis, let N be the cells of the map, D its density, e the cells
 * under a window of the coarse net, p its padding on both sides, s its stride and s' that of the new one. A coarse
 * net that rounds up has ceil((n + p - e) / s) + 1 windows on the n = ceil((N - r) / D) cells of phase r. All
 * phases together are ceil((N + pD - eD + sD) / s') windows, as many as a pool has that rounds up over
 * N + pD - D(e - 1) - 1 + h cells with h = sD - s' - D + 1. For D = s' = 1 that is s - 1: a 2x2 pool by 2 becomes
 * one by 1 of the size of its input, whose last row and column of windows are clipped.
 */
function hang(pool: PoolOptions, old: Pair, stride: Pair, from: Pair): Pair {
  const own = pair(pool.hang ?? 0);
  const along = (i: 0 | 1) => own[i] * from[i] + (pool.ceil ? old[i] * from[i] - stride[i] - from[i] + 1 : 0);
  return [along(0), along(1)];
}
