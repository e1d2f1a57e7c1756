import { type AvgPoolOptions, type PoolOptions, poolShape } from '../../lower/pool.js';
import { avgPool as avgPoolOp } from '../../ops/avg_pool.js';
import { globalAvgPool as globalAvgPoolOp, globalAvgPoolShape } from '../../ops/global_avg_pool.js';
import { maxPoolIndex as maxPoolIndexOp, maxPool as maxPoolOp } from '../../ops/max_pool.js';
import { recorded } from '../recording.js';
import type { IndexMap, Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** The largest value in each window: [N, C, H, W] to [N, C, H', W']. */
export function maxPool(on: On, x: Tensor, o: PoolOptions, y?: Tensor): Tensor {
  const out = output(on, 'max_pool', x, poolShape('max_pool', x.shape, o), y);
  recorded(on, (r) => r.add(maxPoolOp(r.lowering('max_pool', x.elem), { x, y: out }, o)));
  return out;
}

/** `maxPool`, and where each maximum stood: h * W + w in its plane of x, the first in raster order of equals. */
export function maxPoolIndex(
  on: On,
  x: Tensor,
  o: PoolOptions,
  outputs: { y?: Tensor; winner?: IndexMap } = {},
): { y: Tensor; winner: IndexMap } {
  const shape = poolShape('max_pool', x.shape, o);
  const y = output(on, 'max_pool', x, shape, outputs.y);
  const winner = output(on, 'max_pool', { elem: 'u32' as const }, shape, outputs.winner);
  recorded(on, (r) => r.add(maxPoolIndexOp(r.lowering('max_pool', x.elem), { x, y, winner }, o)));
  return { y, winner };
}

/** The mean of each window: [N, C, H, W] to [N, C, H', W']. */
export function avgPool(on: On, x: Tensor, o: AvgPoolOptions, y?: Tensor): Tensor {
  const out = output(on, 'avg_pool', x, poolShape('avg_pool', x.shape, o), y);
  recorded(on, (r) => r.add(avgPoolOp(r.lowering('avg_pool', x.elem), { x, y: out }, o)));
  return out;
}

/** The mean of each plane: [N, C, H, W] to [N, C, 1, 1]. */
export function globalAvgPool(on: On, x: Tensor, y?: Tensor): Tensor {
  const out = output(on, 'global_avg_pool', x, globalAvgPoolShape(x.shape), y);
  recorded(on, (r) => r.add(globalAvgPoolOp(r.lowering('global_avg_pool', x.elem), { x, y: out })));
  return out;
}
