import { maxPool as maxPoolOp, type PoolOptions, poolShape } from '../../ops/max_pool.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** The largest value in each window: [N, C, H, W] to [N, C, H', W']. */
export function maxPool(on: On, x: Tensor, o: PoolOptions, y?: Tensor): Tensor {
  const out = output(on, 'max_pool', x, poolShape('max_pool', x.shape, o), y);
  recorded(on, (r) => r.add(maxPoolOp(r.lowering('max_pool', x.elem), { x, y: out }, o)));
  return out;
}
