import flattenKernel from '../../kernels/flatten.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { LimitError } from '../errors.js';
import type { FilterShape, PackedFilter } from '../lower/filter.js';
import { tileVec4 } from '../lower/filter.js';
import { type Lowering, type Operand, whole } from '../lower/lowering.js';
import { groupTiles, tileProduct } from '../lower/tile_product.js';
import { blocks, type Shape, tensorBytes } from '../shape.js';

/** The weights of an inner product over a whole map, [out, C*H*W], as a 1x1 filter. */
export const innerProductFilter = (x: Pick<Shape, 'c' | 'h' | 'w'>, out: number): FilterShape => ({
  out,
  in: x.c * x.h * x.w,
  kernel: [1, 1],
  groups: 1,
  transposed: false,
});

/** y[n, o] = act(b[o] + sum of w[o, i] * x[n, i]) over the whole map in planar order, [N, O, 1, 1]. */
export function innerProduct<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; w: PackedFilter<B>; b: View<B>; y: Operand<B> },
  o: { relu?: boolean } = {},
): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const { n, c, h, w: width } = x.shape;
  const shape: Shape = { n, c: w.shape.in, h: 1, w: 1 };
  const bytes = tensorBytes(shape, ctx.elem);
  const largest = Math.max(bytes, tensorBytes(x.shape, ctx.elem));
  if (largest > ctx.limits.bindingBytes)
    throw new LimitError(
      `${ctx.op}: an inner product binds ${largest} bytes, a binding holds ${ctx.limits.bindingBytes}`,
      largest,
      ctx.limits.bindingBytes,
      'make it a convolution, which splits by rows',
    );
  const flat = ctx.scratch(bytes);
  const count = n * blocks(shape.c);
  const xView = whole(x.buffer, tensorBytes(x.shape, ctx.elem));
  const flatView = whole(flat, bytes);
  const flatten: Dispatch<B> = {
    kernel: flattenKernel,
    elem: ctx.elem,
    constants: {},
    params: { count, h, w: width, c, c4: blocks(c), y_c4: blocks(shape.c) },
    bindings: { x: xView, y: flatView },
    invocations: count,
    flops: 0,
    bytes: xView.size + bytes,
  };
  const yView = whole(y.buffer, tensorBytes(y.shape, ctx.elem));
  const products = w.parts.map((part) =>
    tileProduct(
      ctx,
      { x: { shape, view: flatView, base: 0 }, y: { shape: y.shape, view: yView, base: 0 }, b },
      { shape: w.shape, part, tile: tileVec4(w.shape, 'tiles'), image: 0 },
      { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0] },
      { image: 0, images: n, row: 0, rows: 1 },
      {
        relu: o.relu ?? false,
        flops: (2 * n * w.shape.in * w.shape.out * part.count) / groupTiles(w.shape),
        bytes: bytes + part.view.size + yView.size,
      },
    ),
  );
  return [flatten, ...products];
}
