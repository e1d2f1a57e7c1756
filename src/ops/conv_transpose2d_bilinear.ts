import scoresKernel from '../../kernels/conv_transpose2d_bilinear.wgsl';
import labelsKernel from '../../kernels/conv_transpose2d_bilinear_argmax.wgsl';
import type { Dispatch } from '../dispatch.js';
import { bilinearFilter, isTwoByThree } from '../lower/bilinear.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { resampleApart } from '../lower/resample.js';
import { packedTable } from '../lower/resize_table.js';
import {
  type TransposedOptions,
  transposedParams,
  transposedRows,
  transposedShape,
  transposedWindow,
} from '../lower/transposed.js';
import { blocks, ceilDiv, type Pair, pair, type Shape } from '../shape.js';

/**
 * The window of an upsampling, in output pixels: FCN upsamples by s with a kernel of 2s and a stride of s.
 */
export interface BilinearOptions extends Omit<TransposedOptions, 'dilation'> {
  readonly kernel: number | Pair;
  /** [N, 1, H', W'] of the channel of the largest value instead of the values. */
  readonly labels?: boolean | undefined;
}

/** [N, C, H', W'] of an upsampling. */
export const bilinearShape = (op: string, x: Shape, o: BilinearOptions): Shape =>
  transposedShape(op, x, x.c, pair(o.kernel), o);

/**
 * Each channel upsampled by itself with the bilinear filter of `bilinearFilter`, zero beyond the map:
 * FCN's `upscore`, and with `crop` its `score`. [N, C, H', W'], or [N, 1, H', W'] of labels.
 */
export function convTranspose2dBilinear<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  o: BilinearOptions,
): Dispatch<B>[] {
  const win = transposedWindow(pair(o.kernel), o);
  const rows = transposedRows(x.shape.h, win);
  const taps = ceilDiv(win.kernel[0], win.stride[0]) * ceilDiv(win.kernel[1], win.stride[1]);
  const flops = (band: { images: number; rows: number }) =>
    2 * band.images * band.rows * y.shape.w * x.shape.c * taps;
  const perRow = flops({ images: 1, rows: 1 });
  return splitRows(ctx, y, [{ t: x, rows }], { flopsPerRow: perRow }).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const runs = ceilDiv(y.shape.w, 4);
    const count = band.images * band.rows * runs * (o.labels ? 1 : blocks(y.shape.c));
    return {
      kernel: o.labels ? labelsKernel : scoresKernel,
      elem: ctx.elem,
      constants: { TWO_BY_THREE: Number(isTwoByThree(win)) },
      params: {
        ...transposedParams(win),
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c: x.shape.c,
        c4: blocks(x.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        image: band.image,
        row: band.row,
        rows: band.rows,
        runs,
        count,
      },
      bindings: { x: xv.view, y: yv.view },
      invocations: count,
      flops: flops(band),
      bytes: xv.bytes + yv.bytes,
    };
  });
}

/**
 * dx of an upsampling from dx's size to dy's: dx[i] = sum over taps u of h[u] dy[i*s + u - origin], a strided
 * convolution channel by channel, as tables of rows and columns.
 */
export function bilinearGradient<B>(
  ctx: Lowering<B>,
  { dy, dx }: { dy: Operand<B>; dx: Operand<B> },
  o: BilinearOptions,
): Dispatch<B>[] {
  const { kernel, stride, origin } = transposedWindow(pair(o.kernel), o);
  const table = (i: 0 | 1, size: number, out: number) => {
    const taps = bilinearFilter(kernel[i]);
    const rows = Array.from({ length: size }, (_, at) => {
      const row = new Map<number, number>();
      for (const [u, weight] of taps.entries()) {
        const from = at * stride[i] + u - origin[i];
        if (from >= 0 && from < out) row.set(from, weight);
      }
      // Beyond the crop nothing was taken.
      return row.size > 0 ? row : new Map([[at * stride[i] < origin[i] ? 0 : out - 1, 0]]);
    });
    return packedTable(rows, out);
  };
  const tables = {
    rows: table(0, dx.shape.h, dy.shape.h),
    columns: table(1, dx.shape.w, dy.shape.w),
  };
  return resampleApart(ctx, { x: dy, y: dx }, tables);
}
