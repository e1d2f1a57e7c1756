import maxPoolKernel from '../../kernels/max_pool.wgsl';
import maxPoolIndexKernel from '../../kernels/max_pool_index.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type PoolOptions, poolDispatches, poolWindow } from '../lower/pool.js';
import type { Pair } from '../shape.js';

/** Constants of both kernels. */
function constants(o: PoolOptions) {
  const { kernel, dilation } = poolWindow(o);
  const each = (pair: Pair, value: number) => pair.every((v) => v === value);
  return { TWO_BY_TWO: Number(each(kernel, 2) && each(dilation, 1)) };
}

/** y = max of x over each window's taps inside the image, [N, C, H', W']. */
export const maxPool = <B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  o: PoolOptions,
): Dispatch<B>[] => poolDispatches(ctx, maxPoolKernel, t, o, constants(o));

/** The same, and in `winner`, a u32 map of y's size, where each maximum stood: h * W + w in its plane of x. */
export const maxPoolIndex = <B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B>; winner: Operand<B> },
  o: PoolOptions,
): Dispatch<B>[] => poolDispatches(ctx, maxPoolIndexKernel, t, o, constants(o));
