import maxPoolGradientKernel from '../../kernels/max_pool_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type PoolOptions, poolWindow } from '../lower/pool.js';
import { poolGradientDispatches } from '../lower/pool_gradient.js';

/** dx = at each cell the sum of dy over the windows that it won; `winner` is that of `maxPoolIndex`. */
export const maxPoolGradient = <B>(
  ctx: Lowering<B>,
  t: { dy: Operand<B>; winner: Operand<B>; dx: Operand<B> },
  o: PoolOptions,
): Dispatch<B>[] => {
  const { kernel, stride, dilation } = poolWindow(o);
  const isApart = [0, 1].every((axis) => (kernel[axis]! - 1) * dilation[axis]! < stride[axis]!);
  return poolGradientDispatches(ctx, maxPoolGradientKernel, t, o, { APART: Number(isApart) });
};
