import globalAvgPoolKernel from '../../kernels/global_avg_pool.wgsl';
import rowSumsKernel from '../../kernels/row_sums.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, type Shape, tensorBytes } from '../shape.js';

/** [N, C, 1, 1]. */
export const globalAvgPoolShape = (x: Shape): Shape => ({ n: x.n, c: x.c, h: 1, w: 1 });

/** y = mean of x over each plane, [N, C, 1, 1]: the sums of rows first, then of each column of sums. */
export function globalAvgPool<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
): Dispatch<B>[] {
  const c4 = blocks(x.shape.c);
  const shape: Shape = { ...x.shape, w: 1 };
  const sums: Operand<B> = { buffer: ctx.scratch(tensorBytes(shape, 'f32')), shape, elem: 'f32' };
  const ofRows = splitRows(ctx, sums, [{ t: x, rows: (from, to) => [from, to] }]).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band);
    const sv = rowsView(ctx, sums, band);
    const { h, w } = x.shape;
    const count = band.images * band.rows * c4;
    return {
      kernel: rowSumsKernel,
      elem: ctx.elem,
      constants: {},
      // The rows of whole images follow one another, so a band is one run of rows.
      params: { x_base: xv.base, x_w: w, c4, sums_base: sv.base, row: band.image * h + band.row, count },
      bindings: { x: xv.view, sums: sv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + sv.bytes,
    };
  });
  const ofPlanes = splitRows(ctx, y, [{ t: sums, rows: () => [0, shape.h] }]).map((band): Dispatch<B> => {
    const sv = rowsView(ctx, sums, band, [0, shape.h]);
    const yv = rowsView(ctx, y, band);
    const count = band.images * c4;
    const area = x.shape.h * x.shape.w;
    return {
      kernel: globalAvgPoolKernel,
      elem: ctx.elem,
      constants: {},
      params: { sums_base: sv.base, h: shape.h, c4, y_base: yv.base, image: band.image, count, area },
      bindings: { sums: sv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: sv.bytes + yv.bytes,
    };
  });
  return [...ofRows, ...ofPlanes];
}
