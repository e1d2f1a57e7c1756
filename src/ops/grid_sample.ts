import gridSampleKernel from '../../kernels/grid_sample.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type GridSampleOptions, gridConstants } from '../lower/grid_place.js';
import { imagesView, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, type Shape, showShape } from '../shape.js';

export type { GridSampleOptions } from '../lower/grid_place.js';

/** [N, C, H', W'] from a map and a grid [N, 2, H', W'] of columns and rows. */
export function gridSampleShape(op: string, x: Shape, grid: Shape): Shape {
  if (grid.n !== x.n || grid.c !== 2)
    throw new ShapeError(`${op}: grid of ${showShape(grid)}, should have ${x.n} images of 2 channels`);
  return { n: x.n, c: x.c, h: grid.h, w: grid.w };
}

/** y[n, c, p] = x[n, c] at the column and row that grid[n, :, p] gives, from -1 to 1. */
export function gridSample<B>(
  ctx: Lowering<B>,
  { x, grid, y }: { x: Operand<B>; grid: Operand<B>; y: Operand<B> },
  o: GridSampleOptions,
): Dispatch<B>[] {
  const same = (from: number, to: number) => [from, to] as const;
  return splitRows(ctx, y, [{ t: grid, rows: same }]).map((band): Dispatch<B> => {
    const xv = imagesView(ctx, x, band);
    const gv = rowsView(ctx, grid, band);
    const yv = rowsView(ctx, y, band);
    const { h, w, c } = y.shape;
    const count = band.images * band.rows * w * blocks(c);
    return {
      kernel: gridSampleKernel,
      elem: ctx.elem,
      constants: gridConstants(o),
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c4: blocks(c),
        grid_base: gv.base,
        y_base: yv.base,
        h,
        w,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
      },
      bindings: { x: xv.view, coordinates: gv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + gv.bytes + yv.bytes,
    };
  });
}
