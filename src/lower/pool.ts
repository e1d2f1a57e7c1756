import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Kernel } from '../kernel.js';
import {
  blocks,
  type Padding,
  type Pair,
  padding,
  pair,
  type Shape,
  type Window,
  windowShape,
} from '../shape.js';
import { inputRows, type Lowering, type Operand, rowsView, splitRows, windowParams } from './lowering.js';

/** A pool's window, in pixels; stride and dilation are 1 and padding is 0 by default. */
export interface PoolOptions {
  readonly kernel: number | Pair;
  readonly stride?: number | Pair;
  readonly dilation?: number | Pair;
  readonly pad?: number | Pair | Padding;
  /** Round the output size up, as Caffe does; a last window may then hang over the edge. */
  readonly ceil?: boolean;
  /** Drop a last window that starts beyond the image and its leading padding: Caffe's rule for padded pools. */
  readonly clip?: boolean;
  /** Cells by which a window may hang over the far edge of the padded map; 0 by default. They never count. */
  readonly hang?: number | Pair;
}

/** An average pool: its window, and what it divides by. */
export interface AvgPoolOptions extends PoolOptions {
  /** Divide by all taps on the padded image, as Caffe does, instead of by the taps on the image. */
  readonly countPad?: boolean;
}

/** The window of a pool, with defaults filled in. */
export const poolWindow = (o: PoolOptions): Window => ({
  kernel: pair(o.kernel),
  stride: pair(o.stride ?? 1),
  dilation: pair(o.dilation ?? 1),
  pad: padding(o.pad ?? 0),
});

/**
 * [N, C, H', W'] of a pool.
 * @throws ShapeError where the window is larger than the padded map, or one lies on padding alone.
 */
export function poolShape(op: string, x: Shape, o: AvgPoolOptions): Shape {
  const win = poolWindow(o);
  const [top, left, bottom, right] = win.pad;
  const hang = pair(o.hang ?? 0);
  const pad: Padding = [top, left, bottom + hang[0], right + hang[1]];
  const mode = { ceil: o.ceil ?? false, clip: o.clip ?? false };
  const y = windowShape(op, x, { ...win, pad }, mode);
  if (!o.countPad) {
    checkWindows(op, win, 0, { size: x.h, count: y.h });
    checkWindows(op, win, 1, { size: x.w, count: y.w });
  }
  return { n: x.n, c: x.c, ...y };
}

/**
 * A window without a pixel has no maximum, and no average of its pixels. The first window reaches least far into
 * the map, the last begins farthest behind it. Between them taps may step over a map that is smaller than the
 * dilation: where none of more windows than pixels does, their places within the dilation repeat.
 */
function checkWindows(
  op: string,
  win: Window,
  axis: 0 | 1,
  { size, count }: { size: number; count: number },
) {
  const [kernel, stride, dilation] = [win.kernel[axis], win.stride[axis], win.dilation[axis]];
  const check = (at: number) => {
    const start = at * stride - win.pad[axis];
    const tap = Math.max(0, Math.ceil(-start / dilation)); // the first at or behind the map's beginning
    if (tap >= kernel || start + tap * dilation >= size)
      throw new ShapeError(
        `${op}: window ${at} of ${count} ${axis ? 'columns' : 'rows'} begins at ${start} and meets none of ${size} pixels, should meet one`,
      );
  };
  const first = dilation > size ? Math.min(count, size + 1) : 1;
  for (let at = 0; at < first; at++) check(at);
  check(count - 1);
}

/**
 * Launches of a pool's kernel, one a band.
 * @param t with `winner`, a u32 map of y's size, for the kernel that writes one.
 */
export function poolDispatches<B>(
  ctx: Lowering<B>,
  kernel: Kernel,
  { x, y, winner }: { x: Operand<B>; y: Operand<B>; winner?: Operand<B> },
  o: AvgPoolOptions,
  constants: Dispatch<B>['constants'] = {},
): Dispatch<B>[] {
  const win = poolWindow(o);
  const [top, left, bottom, right] = o.countPad ? win.pad : [0, 0, 0, 0];
  const rows = inputRows(win, x.shape);
  const reads = [{ t: x, rows }];
  if (winner) reads.push({ t: winner, rows: (from, to) => [from, to] });
  return splitRows(ctx, y, reads).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const wv = winner && rowsView(ctx, winner, band);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel,
      elem: ctx.elem,
      constants,
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c4: blocks(x.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        winner_base: wv?.base ?? 0,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        ...windowParams(win),
        count_top: -top,
        count_left: -left,
        count_bottom: x.shape.h + bottom,
        count_right: x.shape.w + right,
      },
      bindings: { x: xv.view, y: yv.view, ...(wv && { winner: wv.view }) },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + yv.bytes + (wv?.bytes ?? 0),
    };
  });
}
