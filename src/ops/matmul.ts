import matmulKernel from '../../kernels/matmul.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Band, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, type Shape, showShape } from '../shape.js';

/** How many columns the second map has, for graphs: channels follow from them. */
export interface MatmulOptions {
  readonly columns: number;
}

/**
 * [n, J, h, M] from a of [n, K, h, M] and b of [n, K, h, J]: rows of a are its columns i, the sums run over
 * the channels. n and h are equal, or 1 and repeated.
 */
export function matmulShape(op: string, a: Shape, b: Shape, { columns }: MatmulOptions): Shape {
  const meets = (p: number, q: number) => p === q || p === 1 || q === 1;
  if (a.c !== b.c || !meets(a.n, b.n) || !meets(a.h, b.h))
    throw new ShapeError(
      `${op}: ${showShape(a)} and ${showShape(b)}, channels should agree, images and rows agree or be 1`,
    );
  if (b.w !== columns) throw new ShapeError(`${op}: second map of ${b.w} columns, should be ${columns}`);
  return { n: Math.max(a.n, b.n), c: b.w, h: Math.max(a.h, b.h), w: a.w };
}

/** y[n, j, h, i] = sum over k of a[n, k, h, i] * b[n, k, h, j]. */
export function matmul<B>(
  ctx: Lowering<B>,
  { a, b, y }: { a: Operand<B>; b: Operand<B>; y: Operand<B> },
): Dispatch<B>[] {
  const k = a.shape.c;
  const rows = (t: Operand<B>) => (from: number, to: number) =>
    t.shape.h === 1 ? ([0, 1] as const) : ([from, to] as const);
  const reads = [a, b].map((t) => ({ t, rows: rows(t) }));
  const flopsPerRow = 2 * k * y.shape.w * y.shape.c;
  return splitRows(ctx, y, reads, { flopsPerRow }).map((band): Dispatch<B> => {
    const view = (t: Operand<B>) => {
      const own: Band = t.shape.n === 1 ? { ...band, image: 0, images: 1 } : band;
      return rowsView(ctx, t, own, rows(t)(band.row, band.row + band.rows));
    };
    const strides = ({ n, h, w }: Shape) =>
      [n === 1 ? 0 : h * w * blocks(k), h === 1 ? 0 : w * blocks(k)] as const;
    const [av, bv, yv] = [view(a), view(b), rowsView(ctx, y, band)];
    const [a_n, a_h] = strides(a.shape);
    const [b_n, b_h] = strides(b.shape);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: matmulKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        k,
        k4: blocks(k),
        m: y.shape.w,
        columns: y.shape.c,
        j4: blocks(y.shape.c),
        y_base: yv.base,
        h: y.shape.h,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        a_base: av.base,
        a_n,
        a_h,
        b_base: bv.base,
        b_n,
        b_h,
      },
      bindings: { a: av.view, b: bv.view, y: yv.view },
      invocations: count,
      flops: band.images * band.rows * flopsPerRow,
      bytes: av.bytes + bv.bytes + yv.bytes,
    };
  });
}
