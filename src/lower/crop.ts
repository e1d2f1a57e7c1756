import cropKernel from '../../kernels/crop.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { blocks, type Pair, pair, type Shape, showShape } from '../shape.js';
import { type BandRead, type Lowering, type Operand, rowsView, splitRows } from './lowering.js';

/** A window of a map: Caffe's Crop over height and width. */
export interface Crop {
  /** First row and column of the window. */
  readonly offset: number | Pair;
  /** Height and width of the window, or a map that has them. */
  readonly size: Pair | { readonly h: number; readonly w: number };
}

/** Checks that the window lies on the map. */
export function cropShape(op: string, x: Shape, crop: Crop): Shape {
  const offset = pair(crop.offset);
  const [h, w] = 'h' in crop.size ? [crop.size.h, crop.size.w] : crop.size;
  for (const [axis, first, size, all] of [
    ['rows', offset[0], h, x.h],
    ['columns', offset[1], w, x.w],
  ] as const) {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(size) || first < 0 || size < 1)
      throw new ShapeError(
        `${op}: crop of ${size} ${axis} from ${first}, should be whole and from 0 or more`,
      );
    if (first + size > all)
      throw new ShapeError(
        `${op}: crop of ${axis} ${first} to ${first + size} of ${showShape(x)}, should end by ${all}`,
      );
  }
  return { n: x.n, c: x.c, h, w };
}

/** y = the window of x from `offset`, of y's size; with `a`, a plus that window. */
export function cropDispatches<B>(
  ctx: Lowering<B>,
  { a, x, y }: { a?: Operand<B>; x: Operand<B>; y: Operand<B> },
  o: Pick<Crop, 'offset'>,
): Dispatch<B>[] {
  const [offsetY, offsetX] = pair(o.offset);
  const rows = (from: number, to: number) => [from + offsetY, to + offsetY] as const;
  const reads: BandRead<B>[] = [{ t: x, rows }];
  if (a) reads.push({ t: a, rows: (from, to) => [from, to] });
  return splitRows(ctx, y, reads).map((band): Dispatch<B> => {
    const yv = rowsView(ctx, y, band);
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const av = a ? rowsView(ctx, a, band) : xv;
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: cropKernel,
      elem: ctx.elem,
      constants: { ADD: Number(a !== undefined) },
      params: {
        a_base: av.base,
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        c4: blocks(y.shape.c),
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        offset_y: offsetY,
        offset_x: offsetX,
      },
      bindings: { a: av.view, x: xv.view, y: yv.view },
      invocations: count,
      flops: a ? band.images * band.rows * y.shape.w * y.shape.c : 0,
      bytes: (a ? 3 : 2) * yv.bytes,
    };
  });
}
