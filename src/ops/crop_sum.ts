import cropSumKernel from '../../kernels/crop_sum.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Crop, cropShape } from '../lower/crop.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, pair, type Shape, showShape } from '../shape.js';

export type CropSumOptions = Pick<Crop, 'offset'>;

export function cropSumShape(op: string, a: Shape, b: Shape, o: CropSumOptions): Shape {
  if (a.n !== b.n || a.c !== b.c)
    throw new ShapeError(
      `${op}: maps of ${showShape(a)} and ${showShape(b)}, images and channels should agree`,
    );
  return cropShape(op, b, { ...o, size: a });
}

/** y = a + the window of b that has a's size, [N, C, H, W]: how the paper's skips meet. */
export function cropSum<B>(
  ctx: Lowering<B>,
  { a, b, y }: { a: Operand<B>; b: Operand<B>; y: Operand<B> },
  o: CropSumOptions,
): Dispatch<B>[] {
  const [offsetY, offsetX] = pair(o.offset);
  const same = (from: number, to: number) => [from, to] as const;
  const rows = (from: number, to: number) => [from + offsetY, to + offsetY] as const;
  const bands = splitRows(ctx, y, [
    { t: a, rows: same },
    { t: b, rows },
  ]);
  return bands.map((band): Dispatch<B> => {
    const av = rowsView(ctx, a, band);
    const bv = rowsView(ctx, b, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: cropSumKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        a_base: av.base,
        b_base: bv.base,
        b_h: b.shape.h,
        b_w: b.shape.w,
        c4: blocks(y.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        offset_y: offsetY,
        offset_x: offsetX,
      },
      bindings: { a: av.view, b: bv.view, y: yv.view },
      invocations: count,
      flops: band.images * band.rows * y.shape.w * y.shape.c,
      bytes: 3 * yv.bytes,
    };
  });
}
