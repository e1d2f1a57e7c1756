import maxUnpoolKernel from '../../kernels/max_unpool.wgsl';
import winnerPlaceKernel from '../../kernels/winner_place.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { imagesView, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, type Pair, type Shape, sameShape, showShape } from '../shape.js';

/** Whole numbers are exact up to here. */
const MOST = { f32: 2 ** 24, f16: 2 ** 11 } as const;

/** [N, C, H', W'], of the size given. @throws ShapeError where positions beyond 2^24 would not be exact. */
export function maxUnpoolShape(op: string, x: Shape, positions: Shape, [h, w]: Pair): Shape {
  if (!sameShape(x, positions))
    throw new ShapeError(`${op}: positions of ${showShape(positions)}, should be ${showShape(x)}`);
  const y = { n: x.n, c: x.c, h, w };
  if (!(h >= 1 && w >= 1 && y.n * y.c * h * w <= MOST.f32))
    throw new ShapeError(`${op}: output of ${showShape(y)}, should have from 1 to ${MOST.f32} values`);
  return y;
}

/** y = x at its positions, counted over all of y in planar order, and 0 elsewhere. */
export function maxUnpool<B>(
  ctx: Lowering<B>,
  { x, position, y }: { x: Operand<B>; position: Operand<B>; y: Operand<B> },
): Dispatch<B>[] {
  const { n, c, h, w } = y.shape;
  const size = n * c * h * w;
  if (size > MOST[ctx.elem])
    throw new ShapeError(
      `${ctx.op}: positions up to ${size} in ${ctx.elem}, should be at most ${MOST[ctx.elem]}`,
    );
  const [xv, pv] = [imagesView(ctx, x, null), imagesView(ctx, position, null)];
  const values = x.shape.n * x.shape.h * x.shape.w * x.shape.c;
  return splitRows(ctx, y, []).flatMap((band) => {
    const yv = rowsView(ctx, y, band);
    const first = (band.image * h + band.row) * w;
    const pixels = band.images * band.rows * w;
    const launch = (clear: boolean, count: number): Dispatch<B> => ({
      kernel: maxUnpoolKernel,
      elem: ctx.elem,
      constants: { CLEAR: Number(clear) },
      params: {
        count,
        x_c: x.shape.c,
        x_c4: blocks(x.shape.c),
        c,
        h,
        w,
        size,
        first,
        end: first + pixels,
        y_base: yv.base,
      },
      bindings: { x: xv.view, position: pv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: yv.bytes,
    });
    return [launch(true, pixels * blocks(c)), launch(false, values)];
  });
}

/** How positions count in their plane: h * W + w, or by columns, w * H + h. */
export interface WinnerOrder {
  readonly order?: 'row' | 'column';
}

/** y = the winners of a pool over `plane` as numbers. */
export function winnerPlace<B>(
  ctx: Lowering<B>,
  { winner, y }: { winner: Operand<B>; y: Operand<B> },
  plane: Pick<Shape, 'h' | 'w'>,
  { order = 'row' }: WinnerOrder,
): Dispatch<B>[] {
  const { h, w } = plane;
  if (h * w > MOST[ctx.elem])
    throw new ShapeError(
      `${ctx.op}: positions up to ${h * w} in ${ctx.elem}, should be at most ${MOST[ctx.elem]}`,
    );
  return pixelRuns(ctx, { winner, y }).map((run) => {
    const count = run.pixels * blocks(y.shape.c);
    return {
      kernel: winnerPlaceKernel,
      elem: ctx.elem,
      constants: { COLUMNS: Number(order === 'column') },
      params: { ...run.params, count, h, w },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    };
  });
}
