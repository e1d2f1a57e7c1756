import maxPoolKernel from '../../kernels/max_pool.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type Lowering, type Operand, rowsView, splitRows, windowRows } from '../lower/lowering.js';
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

export interface PoolOptions {
  readonly kernel: number | Pair;
  readonly stride?: number | Pair;
  readonly dilation?: number | Pair;
  readonly pad?: number | Pair | Padding;
  /** Round the output size up, as Caffe does; a last window may then hang over the edge. */
  readonly ceil?: boolean;
  /** Drop a last window that starts beyond the image and its leading padding: Caffe's rule for padded pools. */
  readonly clip?: boolean;
}

export const poolWindow = (o: PoolOptions): Window => ({
  kernel: pair(o.kernel),
  stride: pair(o.stride ?? 1),
  dilation: pair(o.dilation ?? 1),
  pad: padding(o.pad ?? 0),
});

export const poolShape = (op: string, x: Shape, o: PoolOptions): Shape => ({
  n: x.n,
  c: x.c,
  ...windowShape(op, x, poolWindow(o), { ceil: o.ceil ?? false, clip: o.clip ?? false }),
});

/** y = max of x over each window's taps inside the image, [N, C, H', W']. */
export function maxPool<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  o: PoolOptions,
): Dispatch<B>[] {
  const { x, y } = t;
  const win = poolWindow(o);
  const rows = windowRows(x.shape.h, win.stride[0], win.pad[0], win.dilation[0] * (win.kernel[0] - 1) + 1);
  return splitRows(ctx, y, [{ t: x, rows }]).map((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: maxPoolKernel,
      elem: ctx.elem,
      constants: {},
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
        count,
        kernel_h: win.kernel[0],
        kernel_w: win.kernel[1],
        stride_h: win.stride[0],
        stride_w: win.stride[1],
        dilation_h: win.dilation[0],
        dilation_w: win.dilation[1],
        pad_top: win.pad[0],
        pad_left: win.pad[1],
      },
      bindings: { x: xv.view, y: yv.view },
      invocations: count,
      flops: 0,
      bytes: xv.bytes + yv.bytes,
    };
  });
}
