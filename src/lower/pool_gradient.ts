import type { Dispatch } from '../dispatch.js';
import type { Kernel } from '../kernel.js';
import { blocks } from '../shape.js';
import { type Lowering, type Operand, rowsView, splitRows, windowParams } from './lowering.js';
import { type AvgPoolOptions, poolWindow } from './pool.js';
import { transposedRows } from './transposed.js';

/**
 * Launches of the kernel of a pool's gradient, one a band of dx.
 * @param t with `winner`, the u32 map of a max-pool.
 */
export function poolGradientDispatches<B>(
  ctx: Lowering<B>,
  kernel: Kernel,
  { dy, dx, winner }: { dy: Operand<B>; dx: Operand<B>; winner?: Operand<B> },
  o: AvgPoolOptions,
  constants: Dispatch<B>['constants'] = {},
): Dispatch<B>[] {
  const win = poolWindow(o);
  const { h, w, c } = dx.shape;
  const [top, left, bottom, right] = o.countPad ? win.pad : [0, 0, 0, 0];
  const rows = transposedRows(dy.shape.h, { ...win, origin: [win.pad[0], win.pad[1]] });
  const reads = [dy, ...(winner ? [winner] : [])].map((t) => ({ t, rows }));
  return splitRows(ctx, dx, reads).map((band): Dispatch<B> => {
    const under = rows(band.row, band.row + band.rows);
    const xv = rowsView(ctx, dx, band);
    const yv = rowsView(ctx, dy, band, under);
    const wv = winner && rowsView(ctx, winner, band, under);
    const count = band.images * band.rows * w * blocks(c);
    return {
      kernel,
      elem: ctx.elem,
      constants,
      params: {
        x_base: xv.base,
        x_h: h,
        x_w: w,
        c4: blocks(c),
        y_base: yv.base,
        y_h: dy.shape.h,
        y_w: dy.shape.w,
        winner_base: wv?.base ?? 0,
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        ...windowParams(win),
        count_top: -top,
        count_left: -left,
        count_bottom: h + bottom,
        count_right: w + right,
      },
      bindings: { dy: yv.view, dx: xv.view, ...(wv && { winner: wv.view }) },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + yv.bytes + (wv?.bytes ?? 0),
    };
  });
}
