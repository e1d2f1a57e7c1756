import type { View } from '../../dispatch.js';
import { zeroBias } from '../../lower/lowering.js';
import { type Conv2dOptions, conv2d as conv2dOp, conv2dShape } from '../../ops/conv2d.js';
import { recorded } from '../recording.js';
import type { Filter, Tensor } from '../tensor.js';
import { type On, output } from './on.js';

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
    r.add(conv2dOp(ctx, { x, w, b: b ?? zeroBias(ctx, w.shape.out), y: out }, o));
  });
  return out;
}
