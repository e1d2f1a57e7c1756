import cropKernel from '../../kernels/crop.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Crop } from '../lower/crop.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, pair } from '../shape.js';

/** y = the window of x, [N, C, H', W']. See `cropShape`. */
export function crop<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  o: Crop,
): Dispatch<B>[] {
  const [offsetY, offsetX] = pair(o.offset);
  const rows = (from: number, to: number) => [from + offsetY, to + offsetY] as const;
  return splitRows(ctx, y, [{ t: x, rows }]).map((band): Dispatch<B> => {
    const yv = rowsView(ctx, y, band);
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: cropKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
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
      bindings: { x: xv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: 2 * yv.bytes,
    };
  });
}
