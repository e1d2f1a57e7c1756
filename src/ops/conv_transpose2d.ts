import tilesKernel from '../../kernels/conv_transpose2d.wgsl';
import groupedKernel from '../../kernels/conv_transpose2d_grouped.wgsl';
import quadKernel from '../../kernels/conv_transpose2d_quad.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import {
  checkFilter,
  type FilterLayout,
  type FilterShape,
  type PackedFilter,
  tileVec4,
} from '../lower/filter.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { checkVector } from '../lower/pixel_runs.js';
import { groupTiles, perTile } from '../lower/tile_product.js';
import {
  type TransposedOptions,
  transposedParams,
  transposedRows,
  transposedShape,
  transposedWindow,
} from '../lower/transposed.js';
import { blocks, ceilDiv, type Shape } from '../shape.js';

/** Stride and dilation are 1 and padding is 0 by default. */
export interface ConvTranspose2dOptions extends TransposedOptions {
  /** max(y, 0) after the bias. */
  readonly relu?: boolean;
}

/** x [N, I, H, W] and y [N, O, H', W']. */
export interface ConvTranspose2dOperands<B> {
  readonly x: Operand<B>;
  readonly w: PackedFilter<B>;
  /** [O/4] of vec4<f32>; zeros for a layer without bias. */
  readonly b: View<B>;
  readonly y: Operand<B>;
}

/**
 * [N, O, H', W'] of a transposed convolution.
 * @throws ShapeError for other channels, or padding that leaves nothing.
 */
export function convTranspose2dShape(
  op: string,
  x: Shape,
  w: FilterShape,
  o: ConvTranspose2dOptions = {},
): Shape {
  checkFilter(op, w);
  if (!w.transposed) throw new ShapeError(`${op}: filter of a convolution, should be transposed`);
  if (x.c !== w.in) throw new ShapeError(`${op}: input of ${x.c} channels, should be ${w.in}`);
  return transposedShape(op, x, w.out, w.kernel, o);
}

/** raw: groups whose channels are no multiples of 4 (depthwise among them); tiles: everything else. */
export const convTranspose2dLayout = (w: FilterShape): FilterLayout =>
  w.groups > 1 && ((w.in / w.groups) % 4 !== 0 || (w.out / w.groups) % 4 !== 0) ? 'raw' : 'tiles';

/** FLOPs of the taps that meet an output pixel on average, a product and a sum each counted. */
export function convTranspose2dFlops(y: Shape, w: FilterShape, o: ConvTranspose2dOptions): number {
  const { kernel, stride } = transposedWindow(w.kernel, o);
  const taps = (kernel[0] * kernel[1]) / (stride[0] * stride[1]);
  return 2 * y.n * y.h * y.w * w.out * (w.in / w.groups) * taps;
}

/** y = act(b + transposed w * x), [N, O, H', W']. Shapes must agree: see `convTranspose2dShape`. */
export function convTranspose2d<B>(
  ctx: Lowering<B>,
  t: ConvTranspose2dOperands<B>,
  o: ConvTranspose2dOptions = {},
): Dispatch<B>[] {
  const { x, w, b, y } = t;
  if (w.layout !== convTranspose2dLayout(w.shape))
    throw new ShapeError(
      `${ctx.op}: filter in ${w.layout} layout, should be ${convTranspose2dLayout(w.shape)}`,
    );
  checkVector(ctx.op, 'bias', b, w.shape.out);
  const win = transposedWindow(w.shape.kernel, o);
  const rows = transposedRows(x.shape.h, win);
  const outC4 = blocks(y.shape.c);
  const tiled = w.layout === 'tiles';
  const tiledKernel = ctx.features.has('subgroups') ? quadKernel : tilesKernel;
  const all = tiled ? groupTiles(w.shape) * w.shape.groups : 1;
  const flops = convTranspose2dFlops({ ...y.shape, n: 1, h: 1 }, w.shape, o);
  const largest = Math.max(...w.parts.map((p) => p.count)) / all;
  const bands = splitRows(ctx, y, [{ t: x, rows }], { flopsPerRow: flops * largest });
  return bands.flatMap((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * y.shape.w * outC4;
    const phases = [Math.min(win.stride[0], band.rows), Math.min(win.stride[1], y.shape.w)] as const;
    const perPhase = perTile(ceilDiv(band.rows, win.stride[0]) * ceilDiv(y.shape.w, win.stride[1]));
    return w.parts.map(
      (part): Dispatch<B> => ({
        kernel: tiled ? tiledKernel : groupedKernel,
        elem: ctx.elem,
        constants: { RELU: Number(o.relu ?? false) },
        params: {
          ...transposedParams(win),
          x_base: xv.base,
          x_h: x.shape.h,
          x_w: x.shape.w,
          x_c4: blocks(x.shape.c),
          y_base: yv.base,
          y_h: y.shape.h,
          y_w: y.shape.w,
          y_c: y.shape.c,
          y_c4: outC4,
          image: band.image,
          images: band.images,
          row: band.row,
          rows: band.rows,
          count,
          phases_h: phases[0],
          phases_w: phases[1],
          in_group: w.shape.in / w.shape.groups,
          out_group: w.shape.out / w.shape.groups,
          depth: ceilDiv(w.shape.in / w.shape.groups, 4),
          tiles: groupTiles(w.shape),
          group_c4: blocks(w.shape.out / w.shape.groups),
          tile: part.first,
          tile_count: part.count,
          w_base: part.first * tileVec4(w.shape, w.layout),
        },
        bindings: { x: xv.view, w: part.view, b, y: yv.view },
        invocations: tiled ? perPhase * phases[0] * phases[1] * part.count * band.images : count,
        flops: (flops * band.images * band.rows * part.count) / all,
        bytes: xv.bytes + (yv.bytes * part.count) / all + part.view.size,
      }),
    );
  });
}
