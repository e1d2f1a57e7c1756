import type { View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Conv2dOptions, conv2d as conv2dOp, conv2dShape } from '../ops/conv2d.js';
import { maxPool as maxPoolOp, type PoolOptions, poolShape } from '../ops/max_pool.js';
import { blocks, type Shape, sameShape, showShape } from '../shape.js';
import type { Engine } from './engine.js';
import { Recording, recorded } from './recording.js';
import { empty, type Filter, type Tensor } from './tensor.js';

/** Where an operator goes: an engine submits it at once, a recording keeps it. */
export type On = Engine | Recording;

/** The output tensor: the caller's, checked, or a new one. */
function output(on: On, op: string, x: Tensor, shape: Shape, y?: Tensor): Tensor {
  const engine = on instanceof Recording ? on.engine : on;
  if (!y) return empty(engine, shape, x.elem, op);
  if (!sameShape(y.shape, shape))
    throw new ShapeError(`${op}: output of ${showShape(y.shape)}, should be ${showShape(shape)}`);
  return y;
}

/**
 * y = act(b + w * x): [N, I, H, W] to [N, O, H', W'].
 * @param b bias from `uploadVector`, or null.
 * @param y output to write; a new tensor without one.
 */
export function conv2d(
  on: On,
  x: Tensor,
  w: Filter,
  b: View<GPUBuffer> | null,
  o: Conv2dOptions = {},
  y?: Tensor,
): Tensor {
  const out = output(on, 'conv2d', x, conv2dShape('conv2d', x.shape, w.shape, o), y);
  recorded(on, (r) => {
    const ctx = r.lowering('conv2d', x.elem);
    r.add(conv2dOp(ctx, { x, w, b: b ?? ctx.zeros(16 * blocks(w.shape.out)), y: out }, o));
  });
  return out;
}

/** The largest value in each window: [N, C, H, W] to [N, C, H', W']. */
export function maxPool(on: On, x: Tensor, o: PoolOptions, y?: Tensor): Tensor {
  const out = output(on, 'max_pool', x, poolShape('max_pool', x.shape, o), y);
  recorded(on, (r) => r.add(maxPoolOp(r.lowering('max_pool', x.elem), { x, y: out }, o)));
  return out;
}
