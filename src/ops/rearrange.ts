import rearrangeKernel from '../../kernels/rearrange.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { imagesView, type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { blocks, type Shape, showShape } from '../shape.js';

/** A shape whose number of images may be free. */
export interface FreeShape extends Omit<Shape, 'n'> {
  readonly n: number | null;
}

/**
 * Element i of y, in planar order, is element `offset + sum of digit_k(i) * stride_k` of x: the digits of a
 * mixed-radix number, the last one fastest. A stride may be 0, which repeats, or negative. Where `n` is null,
 * in both, the digits are of one image and every image is arranged alike.
 */
export interface RearrangeOptions {
  readonly digits: readonly { readonly size: number; readonly stride: number }[];
  readonly offset: number;
  readonly from: FreeShape;
  readonly to: FreeShape;
}

const elements = ({ n, c, h, w }: FreeShape): number => (n ?? 1) * c * h * w;

const show = ({ n, c, h, w }: FreeShape): string => `[${[n ?? '?', c, h, w].join(', ')}]`;

/** `to`, after a check of x and of every index. */
export function rearrangeShape(op: string, x: Shape, o: RearrangeOptions): Shape {
  const { from, to, digits, offset } = o;
  if (x.c !== from.c || x.h !== from.h || x.w !== from.w || (from.n !== null && x.n !== from.n))
    throw new ShapeError(`${op}: map of ${showShape(x)}, should be ${show(from)}`);
  if ((from.n === null) !== (to.n === null))
    throw new ShapeError(`${op}: ${show(from)} to ${show(to)}, images should be free in both or in none`);
  const count = digits.reduce((product, { size }) => product * size, 1);
  if (count !== elements(to)) throw new ShapeError(`${op}: ${count} elements for ${show(to)}`);
  const ends = digits.map(({ size, stride }) => (size - 1) * stride);
  const low = ends.reduce((sum, end) => sum + Math.min(end, 0), offset);
  const high = ends.reduce((sum, end) => sum + Math.max(end, 0), offset);
  if (low < 0 || high >= elements(from) || elements(from) >= 2 ** 31 || count >= 2 ** 31)
    throw new ShapeError(
      `${op}: elements ${low} to ${high}, should be from 0 to ${Math.min(elements(from), 2 ** 31) - 1}`,
    );
  return { ...to, n: to.n ?? x.n };
}

/** y = the elements of x in another order. See `RearrangeOptions`. */
export function rearrange<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  { digits, offset, from }: RearrangeOptions,
): Dispatch<B>[] {
  const each = from.n === null;
  const table = ctx.constant(
    Uint32Array.from(
      digits.flatMap(({ size, stride }) => [size, stride >>> 0]).concat(digits.length ? [] : [1, 0]),
    ),
  );
  const { n, c, h, w } = y.shape;
  return splitRows(ctx, y, []).map((band): Dispatch<B> => {
    const xv = imagesView(ctx, x, each ? band : null);
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * w * blocks(c);
    return {
      kernel: rearrangeKernel,
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
        count,
        x_c: x.shape.c,
        x_h: x.shape.h,
        x_w: x.shape.w,
        x_base: xv.base,
        offset,
        digits: digits.length,
        each: Number(each),
      },
      bindings: { x: xv.view, digits: table, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + yv.bytes,
    };
  });
}
