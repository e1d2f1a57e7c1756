import gatherGradientKernel from '../../kernels/gather_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type GatherTables, TABLE_AXES } from '../lower/gather_tables.js';
import { imagesView, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks } from '../shape.js';

/** The indices of y that read each index of x along an axis, in their order. */
function readersOf(table: Int32Array, size: number): readonly (readonly number[])[] {
  const lists = Array.from({ length: size }, (): number[] => []);
  for (const [at, from] of table.entries()) if (from >= 0) lists[from]!.push(at);
  return lists;
}

/** dx of a gather: each cell of x takes the sum of dy over the cells that read it. `value` has no part in it. */
export function gatherGradient<B>(
  ctx: Lowering<B>,
  { dy, dx }: { dy: Operand<B>; dx: Operand<B> },
  tables: GatherTables,
): Dispatch<B>[] {
  const { n, c, h, w } = dx.shape;
  const lists = TABLE_AXES.map((axis) => readersOf(tables[axis], dx.shape[axis]));
  const all = lists.flat();
  let end = 0;
  const spans = ctx.constant(
    Uint32Array.from(
      all.flatMap(({ length }) => {
        const first = end;
        end += length;
        return [first, end];
      }),
    ),
  );
  const readers = ctx.constant(Uint32Array.from(all.flat()));
  const same = tables.n.length === n && tables.n.every((at, i) => at === i);
  const rows = (from: number, to: number): readonly [number, number] => {
    const read = lists[2]!.slice(from, to).flat();
    const first = read.reduce((a, b) => Math.min(a, b), read[0] ?? 0);
    return [first, read.reduce((a, b) => Math.max(a, b), first) + 1];
  };
  return splitRows(ctx, dx, same ? [{ t: dy, rows }] : []).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, dx, band);
    const under = rows(band.row, band.row + band.rows);
    const yv = same ? rowsView(ctx, dy, band, under) : imagesView(ctx, dy, null);
    const count = band.images * band.rows * w * blocks(c);
    return {
      kernel: gatherGradientKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        n,
        c,
        h,
        w,
        x_base: xv.base,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        y_h: dy.shape.h,
        y_w: dy.shape.w,
        y_c4: blocks(dy.shape.c),
        y_base: yv.base,
      },
      bindings: { dy: yv.view, spans, readers, dx: xv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + yv.bytes,
    };
  });
}
