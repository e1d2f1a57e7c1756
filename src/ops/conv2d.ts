import conv2dDepthwise from '../../kernels/conv2d_depthwise.wgsl';
import conv2dGrouped from '../../kernels/conv2d_grouped.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { ALGORITHMS } from '../lower/algorithms.js';
import { type Choosing, chooseAlgorithm } from '../lower/choosing.js';
import {
  bandFlops,
  type Conv2dOperands,
  type Conv2dOptions,
  checkLayout,
  conv2dWindow,
  rowFlops,
} from '../lower/convolution.js';
import {
  checkFilter,
  dividedParts,
  type FilterLayout,
  type FilterShape,
  tileVec4,
  winogradTile,
} from '../lower/filter.js';
import { inputRows, type Lowering, rowsView, splitRows, windowParams } from '../lower/lowering.js';
import { checkVector } from '../lower/pixel_runs.js';
import { poolShape } from '../lower/pool.js';
import { type StripProduct, stripProduct } from '../lower/strip_product.js';
import { groupTiles, type Product, tileProduct, WIDE_SPEED } from '../lower/tile_product.js';
import { winograd } from '../lower/winograd.js';
import { blocks, type Shape, tensorBytes, vec4Bytes, windowShape } from '../shape.js';

export { type Conv2dOperands, type Conv2dOptions, conv2dFlops, conv2dWindow } from '../lower/convolution.js';

/**
 * [N, O, H', W'] of a convolution.
 * @throws ShapeError for other channels, or a window larger than the padded map.
 */
export function conv2dShape(op: string, x: Shape, w: FilterShape, o: Conv2dOptions = {}): Shape {
  checkFilter(op, w);
  if (w.transposed)
    throw new ShapeError(`${op}: filter of a transposed convolution, should not be transposed`);
  if (x.c !== w.in) throw new ShapeError(`${op}: input of ${x.c} channels, should be ${w.in}`);
  const conv = { n: x.n, c: w.out, ...windowShape(op, x, conv2dWindow(w, o)) };
  return o.pool ? poolShape(op, conv, { kernel: 2, stride: 2, ceil: o.pool.ceil }) : conv;
}

/**
 * The order in which a filter is packed: that of the algorithm that the layer chooses. It looks at nothing but the
 * layer and the device, so that a filter is packed once for every input size.
 */
export const conv2dLayout = (w: FilterShape, o: Conv2dOptions, where: Partial<Choosing> = {}): FilterLayout =>
  ALGORITHMS[chooseAlgorithm(w, conv2dWindow(w, o), where)].layout;

/** y = act(b + w * x), [N, O, H', W']. Shapes must agree: see `conv2dShape`. */
export function conv2d<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions = {}): Dispatch<B>[] {
  checkLayout(ctx.op, t.w.shape, t.w.layout, conv2dWindow(t.w.shape, o));
  checkVector(ctx.op, 'bias', t.b, t.w.shape.out);
  if (o.pool && !winogradTile(t.w.layout))
    throw new ShapeError(
      `${ctx.op}: a pool behind a filter in ${t.w.layout} layout, should be winograd or winograd2`,
    );
  const algorithm = chooseAlgorithm(t.w.shape, conv2dWindow(t.w.shape, o), ctx, t.w.layout);
  const { by, workgroup } = ALGORITHMS[algorithm];
  if (by === 'grouped') return grouped(ctx, t, o);
  if (by === 'strip' || by === 'first' || !winogradTile(t.w.layout)) return tiles(ctx, t, o, by, workgroup);
  return winograd(ctx, t, o, by);
}

function tiles<B>(
  ctx: Lowering<B>,
  t: Conv2dOperands<B>,
  o: Conv2dOptions,
  by: Product | StripProduct,
  workgroup: number | undefined,
): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const all = groupTiles(w.shape) * w.shape.groups;
  const tile = tileVec4(w.shape, 'tiles');
  // Too long for a submit: where the filter outweighs the map, as in fc6, it is split by channels, so that each
  // weight is read once; else by rows, and by channels only where a single row is too long.
  const heavy = all * tile * vec4Bytes(ctx.elem) > tensorBytes(x.shape, ctx.elem);
  const least = rowFlops(t) * (heavy ? y.shape.n * y.shape.h : 1);
  const maxFlops = ctx.maxFlops * (by === 'wide' ? WIDE_SPEED : 1);
  const most = Math.min(all, wholeParts((maxFlops * all) / least, by));
  const parts = dividedParts(w.parts, most);
  const largest = Math.max(...parts.map((p) => p.count)) / all;
  const rows = inputRows(win, x.shape);
  const limited = { ...ctx, maxFlops };
  return splitRows(limited, y, [{ t: x, rows }], { flopsPerRow: rowFlops(t) * largest }).flatMap((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const operands = { x: { ...x, ...xv }, y: { ...y, ...yv }, b };
    return parts.map((part) => {
      const filter = { shape: w.shape, part, tile, image: 0 };
      const work = {
        relu: o.relu ?? false,
        ...(workgroup && { workgroup }),
        flops: (bandFlops(t, band) * part.count) / all,
        bytes: xv.bytes + (yv.bytes * part.count) / all + part.count * tile * vec4Bytes(ctx.elem),
      };
      return by === 'strip' || by === 'first'
        ? stripProduct(ctx, operands, filter, win, band, { ...work, by })
        : tileProduct(ctx, operands, filter, win, band, { ...work, by });
    });
  });
}

/**
 * Tiles of a part of a filter: as many fours as go into it, or sixteens where an invocation takes two, so that the last
 * workgroups of a launch leave no core idle.
 */
function wholeParts(tiles: number, by: Product | StripProduct): number {
  const whole = by === 'wide' && tiles >= 16 ? 16 : 4;
  return tiles < whole ? Math.max(1, Math.floor(tiles)) : whole * Math.floor(tiles / whole);
}

function grouped<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const rows = inputRows(win, x.shape);
  const filter = w.parts[0]!.view;
  const depthwise = w.shape.groups === w.shape.in && w.shape.groups === w.shape.out;
  return splitRows(ctx, y, [{ t: x, rows }], { flopsPerRow: rowFlops(t) }).map((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: depthwise ? conv2dDepthwise : conv2dGrouped,
      elem: ctx.elem,
      constants: { RELU: Number(o.relu ?? false) },
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        x_c4: blocks(x.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        y_c: y.shape.c,
        y_c4: blocks(y.shape.c),
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        ...windowParams(win),
        in_group: w.shape.in / w.shape.groups,
        out_group: w.shape.out / w.shape.groups,
      },
      bindings: { x: xv.view, w: filter, b, y: yv.view },
      invocations: count,
      flops: bandFlops(t, band),
      bytes: xv.bytes + yv.bytes + filter.size,
    };
  });
}
