import type { View } from '../../dispatch.js';
import { ShapeError } from '../../errors.js';
import { zeroBias } from '../../lower/lowering.js';
import {
  type ConvTranspose2dOptions,
  convTranspose2d as convTranspose2dOp,
  convTranspose2dShape,
} from '../../ops/conv_transpose2d.js';
import {
  type BilinearOptions,
  convTranspose2dBilinear as bilinearOp,
  bilinearShape,
} from '../../ops/conv_transpose2d_bilinear.js';
import { type Conv2dOptions, conv2d as conv2dOp, conv2dShape } from '../../ops/conv2d.js';
import type { Filter } from '../filter.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** Raw filters are f32 beside maps of either type; packed ones have the type of the map. */
function checkElem(op: string, x: Tensor, w: Filter): void {
  if (w.layout !== 'raw' && w.elem !== x.elem)
    throw new ShapeError(`${op}: filter in ${w.elem}, should be in ${x.elem} like the map`);
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
  checkElem('conv2d', x, w);
  const out = output(on, 'conv2d', x, conv2dShape('conv2d', x.shape, w.shape, o), y);
  recorded(on, (r) => {
    const ctx = r.lowering('conv2d', x.elem);
    r.add(conv2dOp(ctx, { x, w, b: b ?? zeroBias(ctx, w.shape.out), y: out }, o));
  });
  return out;
}

/**
 * y = act(b + transposed w * x): [N, I, H, W] to [N, O, H', W'].
 * @param w filter of a shape with `transposed`, in the layout of `convTranspose2dLayout`.
 * @param b bias from `uploadVector`, or null.
 */
export function convTranspose2d(
  on: On,
  x: Tensor,
  w: Filter,
  b: View<GPUBuffer> | null,
  o: ConvTranspose2dOptions = {},
  y?: Tensor,
): Tensor {
  const op = 'conv_transpose2d';
  checkElem(op, x, w);
  const out = output(on, op, x, convTranspose2dShape(op, x.shape, w.shape, o), y);
  recorded(on, (r) => {
    const ctx = r.lowering(op, x.elem);
    r.add(convTranspose2dOp(ctx, { x, w, b: b ?? zeroBias(ctx, w.shape.out), y: out }, o));
  });
  return out;
}

/** Each channel upsampled by itself with the bilinear filter, zero beyond the map: [N, C, H, W] to [N, C, H', W']. */
export function convTranspose2dBilinear(on: On, x: Tensor, o: BilinearOptions, y?: Tensor): Tensor {
  const op = 'conv_transpose2d_bilinear';
  const out = output(on, op, x, bilinearShape(op, x.shape, o), y);
  recorded(on, (r) => r.add(bilinearOp(r.lowering(op, x.elem), { x, y: out }, o)));
  return out;
}
