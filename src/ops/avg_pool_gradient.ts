import avgPoolGradientKernel from '../../kernels/avg_pool_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import type { AvgPoolOptions } from '../lower/pool.js';
import { poolGradientDispatches } from '../lower/pool_gradient.js';

/** dx = at each cell the sum over its windows of dy divided by the taps that count there. */
export const avgPoolGradient = <B>(
  ctx: Lowering<B>,
  t: { dy: Operand<B>; dx: Operand<B> },
  o: AvgPoolOptions,
): Dispatch<B>[] => poolGradientDispatches(ctx, avgPoolGradientKernel, t, o);
