import resizeKernel from '../../kernels/resize.wgsl';
import type { Dispatch } from '../dispatch.js';
import { blocks, ceilDiv, type Shape, tensorBytes } from '../shape.js';
import { type Lowering, type Operand, rowsView, splitRows } from './lowering.js';
import type { ResizeTable } from './resize_table.js';

/** What each output row and column gathers. */
export interface ResampleTables {
  readonly rows: ResizeTable;
  readonly columns: ResizeTable;
}

/** y = for each pixel the sum over the taps of its row and column of x. Sources never fall from row to row. */
export function resample<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  { rows, columns }: ResampleTables,
): Dispatch<B>[] {
  const firsts = new Uint32Array(rows.first.length + columns.first.length);
  firsts.set(rows.first);
  firsts.set(columns.first, rows.first.length);
  const factors = new Float32Array(rows.weights.length + columns.weights.length);
  factors.set(rows.weights);
  factors.set(columns.weights, rows.weights.length);
  const first = ctx.constant(firsts);
  const weights = ctx.constant(factors);
  // Source indices never fall, so the band's ends have its ends.
  const read = (from: number, to: number) => [rows.first[from]!, rows.first[to - 1]! + rows.taps] as const;
  const flopsPerRow = 2 * y.shape.w * y.shape.c * rows.taps * (columns.taps + 1);
  return splitRows(ctx, y, [{ t: x, rows: read }], { flopsPerRow }).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band, read(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const runs = ceilDiv(y.shape.w, 4);
    const count = band.images * band.rows * runs * blocks(y.shape.c);
    return {
      kernel: resizeKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c4: blocks(x.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        image: band.image,
        row: band.row,
        rows: band.rows,
        runs,
        count,
        taps_y: rows.taps,
        taps_x: columns.taps,
      },
      bindings: { x: xv.view, first, weights, y: yv.view },
      invocations: count,
      flops: band.images * band.rows * flopsPerRow,
      bytes: xv.bytes + yv.bytes,
    };
  });
}

/** Products of a pixel's window from which two passes, down and then across, cost less than one. */
const WINDOW = 64;

const identity = (size: number): ResizeTable => ({
  first: Uint32Array.from({ length: size }, (_, i) => i),
  taps: 1,
  weights: new Float64Array(size).fill(1),
});

/** The same, for windows of any size: large ones in two passes. */
export function resampleApart<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  { rows, columns }: ResampleTables,
): Dispatch<B>[] {
  if (rows.taps * columns.taps < WINDOW) return resample(ctx, { x, y }, { rows, columns });
  const shape: Shape = { ...x.shape, h: y.shape.h };
  const between: Operand<B> = { buffer: ctx.scratch(tensorBytes(shape, ctx.elem)), shape, elem: ctx.elem };
  return [
    ...resample(ctx, { x, y: between }, { rows, columns: identity(shape.w) }),
    ...resample(ctx, { x: between, y }, { rows: identity(shape.h), columns }),
  ];
}
