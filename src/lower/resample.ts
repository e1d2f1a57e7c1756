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

/** What each run of 4 output columns gathers: `span` source columns from `first` on, each with a weight for each of the 4. */
interface RunTable {
  readonly first: Uint32Array;
  readonly span: number;
  readonly weights: Float32Array;
}

/**
 * @param size source columns; those of a table never fall from output to output
 * @param least source columns of a run, where fewer would do
 */
export function runTable({ first, taps, weights }: ResizeTable, size: number, least = 1): RunTable {
  const starts = Uint32Array.from({ length: ceilDiv(first.length, 4) }, (_, run) => first[4 * run]!);
  const last = (run: number) => first[Math.min(4 * run + 3, first.length - 1)]!;
  const span = starts.reduce((widest, start, run) => Math.max(widest, last(run) + taps - start), least);
  const made = new Float32Array(starts.length * span * 4);
  // No run begins where its span would end beyond the map.
  for (const [run, start] of starts.entries()) starts[run] = Math.min(start, size - span);
  for (const [at, from] of first.entries()) {
    const [run, lane] = [at >> 2, at & 3];
    for (let k = 0; k < taps; k++)
      made[4 * (run * span + from - starts[run]! + k) + lane] = weights[at * taps + k]!;
  }
  return { first: starts, span, weights: made };
}

/** y = for each pixel the sum over the taps of its row and column of x. Sources never fall from row to row. */
export function resample<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  { rows, columns }: ResampleTables,
): Dispatch<B>[] {
  const least = rows.taps === 2 && x.shape.w >= 3 ? 3 : 1;
  const runs = runTable(columns, x.shape.w, least);
  const first = ctx.constant(Uint32Array.from([...rows.first, ...runs.first]));
  const row_weights = ctx.constant(Float32Array.from(rows.weights));
  const run_weights = ctx.constant(runs.weights);
  // Source indices never fall, so the band's ends have its ends.
  const read = (from: number, to: number) => [rows.first[from]!, rows.first[to - 1]! + rows.taps] as const;
  const flopsPerRow = 2 * y.shape.w * y.shape.c * rows.taps * (columns.taps + 1);
  return splitRows(ctx, y, [{ t: x, rows: read }], { flopsPerRow }).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band, read(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * runs.first.length * blocks(y.shape.c);
    return {
      kernel: resizeKernel,
      elem: ctx.elem,
      constants: {
        TWO_ROWS: Number(rows.taps === 2),
        COLUMNS: least === 3 && runs.span <= 4 ? runs.span : 0,
      },
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
        runs: runs.first.length,
        count,
        taps_y: rows.taps,
        span: runs.span,
      },
      bindings: { x: xv.view, first, row_weights, run_weights, y: yv.view },
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
