import packKernel from '../../kernels/pack.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { LimitError } from '../errors.js';
import { type Lowering, type Operand, whole } from '../lower/lowering.js';
import { blocks, tensorBytes } from '../shape.js';

/** y = the numbers of a view, planar [N, C, H, W] of f32: a map that the weights hold. */
export function constant<B>(ctx: Lowering<B>, t: { value: View<B>; y: Operand<B> }): Dispatch<B>[] {
  const { value, y } = t;
  const { n, c, h, w } = y.shape;
  const yv = whole(y.buffer, tensorBytes(y.shape, ctx.elem));
  const bytes = Math.max(value.size, yv.size);
  if (bytes > ctx.limits.bindingBytes)
    throw new LimitError(
      `${ctx.op}: a constant of ${bytes} bytes, a binding holds ${ctx.limits.bindingBytes}`,
      bytes,
      ctx.limits.bindingBytes,
      'ask for a device with a larger maxStorageBufferBindingSize',
    );
  const area = h * w;
  const count = area * blocks(c);
  return Array.from({ length: n }, (_, image) => ({
    kernel: packKernel,
    elem: ctx.elem,
    constants: {},
    params: {
      count,
      c,
      c4: blocks(c),
      area,
      y_base: 0,
      first: image * area,
      x_first: image * c * area,
    },
    bindings: { x: value, y: yv },
    invocations: count,
    flops: 0,
    bytes: (value.size + yv.size) / n,
  }));
}
