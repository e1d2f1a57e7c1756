import gridSampleGradientKernel from '../../kernels/grid_sample_gradient.wgsl';
import gridSamplePlaceGradientKernel from '../../kernels/grid_sample_place_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type GridSampleOptions, gridConstants } from '../lower/grid_place.js';
import {
  type Band,
  imagesView,
  type Lowering,
  type Operand,
  rowsView,
  splitRows,
} from '../lower/lowering.js';
import { blocks, type Shape } from '../shape.js';

/** What both kernels take. */
const common = (x: Shape, y: Shape, band: Band) => ({
  x_h: x.h,
  x_w: x.w,
  c: x.c,
  c4: blocks(x.c),
  h: y.h,
  w: y.w,
  image: band.image,
  row: band.row,
  rows: band.rows,
});

/** dx = at each pixel what every place of the grid read of it, times dy there. Its time grows with pixels times places. */
export function gridSampleGradient<B>(
  ctx: Lowering<B>,
  { dy, grid, dx }: { dy: Operand<B>; grid: Operand<B>; dx: Operand<B> },
  o: GridSampleOptions,
): Dispatch<B>[] {
  const { h, w } = dy.shape;
  // A weight takes some 20 operations, and most of them are 0 along the rows.
  const flopsPerRow = 20 * h * w * dx.shape.w * blocks(dx.shape.c);
  return splitRows(ctx, dx, [], { flopsPerRow }).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, dx, band);
    const gv = imagesView(ctx, grid, band);
    const dv = imagesView(ctx, dy, band);
    const count = band.images * band.rows * dx.shape.w * blocks(dx.shape.c);
    return {
      kernel: gridSampleGradientKernel,
      elem: ctx.elem,
      constants: gridConstants(o),
      params: {
        ...common(dx.shape, dy.shape, band),
        x_base: xv.base,
        grid_base: gv.base,
        dy_base: dv.base,
        count,
      },
      bindings: { coordinates: gv.view, dy: dv.view, dx: xv.view },
      invocations: count,
      flops: band.images * band.rows * flopsPerRow,
      bytes: xv.bytes + gv.bytes + dv.bytes,
    };
  });
}

/** dgrid = how y changes with the column and the row of each place, times dy, summed over the channels. */
export function gridSamplePlaceGradient<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; grid: Operand<B>; dy: Operand<B>; y: Operand<B> },
  o: GridSampleOptions,
): Dispatch<B>[] {
  const { x, grid, dy, y } = t;
  const rows = (from: number, to: number) => [from, to] as const;
  const reads = [grid, dy].map((map) => ({ t: map, rows }));
  return splitRows(ctx, y, reads).map((band): Dispatch<B> => {
    const xv = imagesView(ctx, x, band);
    const [gv, dv, yv] = [rowsView(ctx, grid, band), rowsView(ctx, dy, band), rowsView(ctx, y, band)];
    const count = band.images * band.rows * y.shape.w;
    return {
      kernel: gridSamplePlaceGradientKernel,
      elem: ctx.elem,
      constants: gridConstants(o),
      params: {
        ...common(x.shape, dy.shape, band),
        x_base: xv.base,
        grid_base: gv.base,
        dy_base: dv.base,
        y_base: yv.base,
        count,
      },
      bindings: { x: xv.view, coordinates: gv.view, dy: dv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + gv.bytes + dv.bytes + yv.bytes,
    };
  });
}
