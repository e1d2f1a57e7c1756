import concatKernel from '../../kernels/concat.wgsl';
import placeKernel from '../../kernels/place.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, ceilDiv, type Shape, sameShape, showShape } from '../shape.js';

/** The axis along which maps follow one another; the channels by default. */
export interface ConcatOptions {
  readonly axis?: keyof Shape;
}

/** The sum of the sizes along the axis. */
export function concatShape(op: string, xs: readonly Shape[], { axis = 'c' }: ConcatOptions = {}): Shape {
  const [first, ...rest] = xs;
  if (!first) throw new ShapeError(`${op}: no maps, should be at least one`);
  for (const x of rest) {
    if (!sameShape({ ...x, [axis]: 1 }, { ...first, [axis]: 1 }))
      throw new ShapeError(
        `${op}: map of ${showShape(x)} behind one of ${showShape(first)}, should agree but for ${axis}`,
      );
  }
  return { ...first, [axis]: xs.reduce((sum, x) => sum + x[axis], 0) };
}

/** y = the maps, one after another along an axis. A launch per map, in their order. */
export const concat = <B>(
  ctx: Lowering<B>,
  t: { xs: readonly Operand<B>[]; y: Operand<B> },
  { axis = 'c' }: ConcatOptions = {},
): Dispatch<B>[] => (axis === 'c' ? channels(ctx, t) : cells(ctx, t, axis));

/** Whole vec4, moved. */
function cells<B>(
  ctx: Lowering<B>,
  { xs, y }: { xs: readonly Operand<B>[]; y: Operand<B> },
  axis: 'n' | 'h' | 'w',
): Dispatch<B>[] {
  const at = { n: 0, h: 0, w: 0 };
  const c4 = blocks(y.shape.c);
  return xs.flatMap((x) => {
    const { n: at_n, h: at_h, w: at_w } = at;
    at[axis] += x.shape[axis];
    // The output's views hold more than a band of x: its images and rows follow those of other inputs.
    const rows = (from: number, to: number): readonly [number, number] => [from + at_h, to + at_h];
    return splitRows(ctx, x, [{ t: y, rows }]).map((band): Dispatch<B> => {
      const xv = rowsView(ctx, x, band);
      const onto = { ...band, image: band.image + at_n };
      const yv = rowsView(ctx, y, onto, rows(band.row, band.row + band.rows));
      const count = band.images * band.rows * x.shape.w * c4;
      return {
        kernel: placeKernel,
        elem: ctx.elem,
        constants: {},
        params: {
          x_base: xv.base,
          x_h: x.shape.h,
          x_w: x.shape.w,
          c4,
          y_base: yv.base,
          y_h: y.shape.h,
          y_w: y.shape.w,
          image: band.image,
          row: band.row,
          rows: band.rows,
          count,
          at_n,
          at_h,
          at_w,
        },
        bindings: { x: xv.view, y: yv.view },
        invocations: count,
        flops: 0,
        bytes: 2 * xv.bytes,
      };
    });
  });
}

function channels<B>(
  ctx: Lowering<B>,
  { xs, y }: { xs: readonly Operand<B>[]; y: Operand<B> },
): Dispatch<B>[] {
  let offset = 0;
  return xs.flatMap((x) => {
    const shift = offset % 4;
    const start = (offset - shift) / 4;
    const touched = ceilDiv(shift + x.shape.c, 4);
    offset += x.shape.c;
    return pixelRuns(ctx, { x, y }).map((run) => {
      const count = run.pixels * touched;
      return {
        kernel: concatKernel,
        elem: ctx.elem,
        constants: {},
        params: {
          ...run.params,
          count,
          x_c: x.shape.c,
          x_c4: blocks(x.shape.c),
          y_c4: blocks(y.shape.c),
          touched,
          start,
          shift,
        },
        bindings: run.views,
        invocations: count,
        flops: 0,
        bytes: 2 * run.pixels * x.shape.c * (ctx.elem === 'f16' ? 2 : 4),
      };
    });
  });
}
