import { ShapeError } from '../../errors.js';
import type { Pair } from '../../shape.js';
import type { Graph } from '../builder.js';
import { rewrite } from '../rewrite.js';

/** How to make a coarse map dense without running the net more densely. */
export type Upsampling = 'bilinear' | 'transposed';

/**
 * A coarse net with its only output upsampled: cell (0, 0) stays where it was and every cell becomes `factor` along
 * each axis, so that the dense map of `rarefy` is a window of it.
 * - `bilinear`: interpolated between cells, and the last repeated beyond it;
 * - `transposed`: the paper's transposed convolution with the bilinear filter, zero beyond the map. Its first
 *   `factor - 1` rows and columns lie before the coarse map.
 */
export function upsampled(coarse: Graph, factor: Pair, how: Upsampling): Graph {
  const [output = '', ...others] = coarse.outputs.keys();
  if (!output || others.length > 0)
    throw new ShapeError(`${coarse.name}: ${coarse.outputs.size} outputs, should be one`);
  const g = rewrite(coarse, undefined, new Map());
  const x = g.node(coarse.outputs.get(output)!.name);
  const dense = `${x.name} dense`;
  g.output(
    how === 'bilinear'
      ? g.resize(dense, x, { mode: 'bilinear', coordinates: 'asymmetric', scale: factor })
      : g.upsample(dense, x, { kernel: [2 * factor[0] - 1, 2 * factor[1] - 1], stride: factor }),
    output,
  );
  return g;
}
