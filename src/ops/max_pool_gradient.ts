import maxPoolGradientKernel from '../../kernels/max_pool_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import type { PoolOptions } from '../lower/pool.js';
import { poolGradientDispatches } from '../lower/pool_gradient.js';

/** dx = at each cell the sum of dy over the windows that it won; `winner` is that of `maxPoolIndex`. */
export const maxPoolGradient = <B>(
  ctx: Lowering<B>,
  t: { dy: Operand<B>; winner: Operand<B>; dx: Operand<B> },
  o: PoolOptions,
): Dispatch<B>[] => poolGradientDispatches(ctx, maxPoolGradientKernel, t, o);
