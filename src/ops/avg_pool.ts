import avgPoolKernel from '../../kernels/avg_pool.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type AvgPoolOptions, poolDispatches } from '../lower/pool.js';

/** y = mean of x over each window, [N, C, H', W']; taps beyond the padding never count. */
export const avgPool = <B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  o: AvgPoolOptions,
): Dispatch<B>[] => poolDispatches(ctx, avgPoolKernel, t, o);
