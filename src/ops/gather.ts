import gatherKernel from '../../kernels/gather.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type GatherTables, TABLE_AXES } from '../lower/gather_tables.js';
import { imagesView, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks } from '../shape.js';

/** The rows of x under rows [from, to) of y, at least one. */
const readRows =
  (table: Int32Array) =>
  (from: number, to: number): readonly [number, number] => {
    const read = table.subarray(from, to).filter((row) => row >= 0);
    const first = read.reduce((a, b) => Math.min(a, b), read[0] ?? 0);
    return [first, read.reduce((a, b) => Math.max(a, b), first) + 1];
  };

/** y[n, c, h, w] = x at the tables' indices, or `value` where one is below 0. */
export function gather<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  tables: GatherTables,
  value = 0,
): Dispatch<B>[] {
  const { n, c, h, w } = y.shape;
  const source = ctx.constant(
    Uint32Array.from(TABLE_AXES.flatMap((axis) => Array.from(tables[axis], (i) => i >>> 0))),
  );
  const same = tables.n.every((at, i) => at === i);
  const rows = readRows(tables.h);
  return splitRows(ctx, y, same ? [{ t: x, rows }] : []).map((band): Dispatch<B> => {
    const read = rows(band.row, band.row + band.rows);
    const xv = same ? rowsView(ctx, x, band, read) : imagesView(ctx, x, null);
    const yv = rowsView(ctx, y, band);
    const invocations = band.images * band.rows * w * blocks(c);
    return {
      kernel: gatherKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        n,
        c,
        h,
        w,
        y_base: yv.base,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count: invocations,
        x_h: x.shape.h,
        x_w: x.shape.w,
        x_c4: blocks(x.shape.c),
        x_base: xv.base,
        value,
      },
      bindings: { x: xv.view, source, y: yv.view },
      invocations,
      flops: 0,
      bytes: xv.bytes + yv.bytes,
    };
  });
}
