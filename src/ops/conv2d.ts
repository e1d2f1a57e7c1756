import conv2dGrouped from '../../kernels/conv2d_grouped.wgsl';
import winogradInput from '../../kernels/winograd_input.wgsl';
import winogradOutput from '../../kernels/winograd_output.wgsl';
import type { Dispatch, Elem, View } from '../dispatch.js';
import { LimitError, ShapeError } from '../errors.js';
import {
  checkFilter,
  dividedParts,
  type FilterLayout,
  type FilterShape,
  type PackedFilter,
  tileVec4,
} from '../lower/filter.js';
import {
  type Band,
  type Lowering,
  type Operand,
  rowsView,
  splitRows,
  whole,
  windowRows,
  zeroBias,
} from '../lower/lowering.js';
import { poolShape } from '../lower/pool.js';
import { groupTiles, tileProduct } from '../lower/tile_product.js';
import {
  alignUp,
  blocks,
  ceilDiv,
  type Padding,
  type Pair,
  padding,
  pair,
  type Shape,
  vec4Bytes,
  type Window,
  windowShape,
} from '../shape.js';

export interface Conv2dOptions {
  readonly stride?: number | Pair;
  readonly dilation?: number | Pair;
  readonly pad?: number | Pair | Padding;
  /** max(y, 0) after the bias. */
  readonly relu?: boolean;
  /** A 2x2 max-pool by 2 of the result, rounded down or up; for filters in the winograd layout. */
  readonly pool?: { readonly ceil: boolean };
}

export interface Conv2dOperands<B> {
  readonly x: Operand<B>;
  readonly w: PackedFilter<B>;
  /** [O/4] of vec4<f32>; zeros for a convolution without bias. */
  readonly b: View<B>;
  readonly y: Operand<B>;
}

export const conv2dWindow = (w: FilterShape, o: Conv2dOptions): Window => ({
  kernel: w.kernel,
  stride: pair(o.stride ?? 1),
  dilation: pair(o.dilation ?? 1),
  pad: padding(o.pad ?? 0),
});

export function conv2dShape(op: string, x: Shape, w: FilterShape, o: Conv2dOptions = {}): Shape {
  checkFilter(op, w);
  if (x.c !== w.in) throw new ShapeError(`${op}: input of ${x.c} channels, should be ${w.in}`);
  const conv = { n: x.n, c: w.out, ...windowShape(op, x, conv2dWindow(w, o)) };
  return o.pool ? poolShape(op, conv, { kernel: 2, stride: 2, ceil: o.pool.ceil }) : conv;
}

/** FLOPs of the definition, a product and a sum each counted, whatever algorithm runs. */
export const conv2dFlops = (y: Shape, w: FilterShape): number =>
  2 * y.n * y.h * y.w * w.out * (w.in / w.groups) * w.kernel[0] * w.kernel[1];

/**
 * The one place that picks an algorithm. It looks at nothing but the layer, so that a filter is packed
 * once for every input size.
 * - raw: groups whose channels are no multiples of 4 (depthwise among them);
 * - winograd: 3x3 of stride 1, wide enough to pay for the transforms: a quarter of the products. In f32
 *   alone: with its 36 frequencies stored in f16 the error is 1e-2 of the largest value;
 * - tiles: everything else.
 */
export function conv2dLayout(
  w: FilterShape,
  o: Conv2dOptions,
  memory: 'fast' | 'low' = 'fast',
  elem: Elem = 'f32',
): FilterLayout {
  const { kernel, stride, dilation } = conv2dWindow(w, o);
  const is = (p: Pair, v: number) => p[0] === v && p[1] === v;
  if (w.groups > 1 && ((w.in / w.groups) % 4 !== 0 || (w.out / w.groups) % 4 !== 0)) return 'raw';
  const wide = w.groups === 1 && w.in >= 16 && w.out >= 16;
  return memory === 'fast' && elem === 'f32' && wide && is(kernel, 3) && is(stride, 1) && is(dilation, 1)
    ? 'winograd'
    : 'tiles';
}

/** y = act(b + w * x), [N, O, H', W']. Shapes must agree: see `conv2dShape`. */
export function conv2d<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions = {}): Dispatch<B>[] {
  if (o.pool && t.w.layout !== 'winograd')
    throw new ShapeError(`${ctx.op}: a pool behind a filter in ${t.w.layout} layout, should be winograd`);
  return { tiles, winograd, raw: grouped }[t.w.layout](ctx, t, o);
}

const bandFlops = (t: Conv2dOperands<unknown>, band: Band) =>
  conv2dFlops({ ...t.y.shape, n: band.images, h: band.rows }, t.w.shape);

const rowFlops = (t: Conv2dOperands<unknown>) => bandFlops(t, { image: 0, images: 1, row: 0, rows: 1 });

const inputRows = (win: Window, x: Shape) =>
  windowRows(x.h, win.stride[0], win.pad[0], win.dilation[0] * (win.kernel[0] - 1) + 1);

function tiles<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const all = groupTiles(w.shape) * w.shape.groups;
  // A row of a layer as wide as fc6 can be too long for a submit: then its channels are split as well.
  const most = Math.min(all, Math.max(1, Math.floor((ctx.maxFlops * all) / rowFlops(t))));
  const parts = dividedParts(w.parts, most);
  const tile = tileVec4(w.shape, 'tiles');
  const largest = Math.max(...parts.map((p) => p.count)) / all;
  const rows = inputRows(win, x.shape);
  return splitRows(ctx, y, [{ t: x, rows }], { flopsPerRow: rowFlops(t) * largest }).flatMap((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    return parts.map((part) =>
      tileProduct(
        ctx,
        { x: { ...x, ...xv }, y: { ...y, ...yv }, b },
        { shape: w.shape, part, tile, image: 0 },
        win,
        band,
        {
          relu: o.relu ?? false,
          flops: (bandFlops(t, band) * part.count) / all,
          bytes: xv.bytes + (yv.bytes * part.count) / all + part.count * tile * vec4Bytes(ctx.elem),
        },
      ),
    );
  });
}

/** Bytes that each of a Winograd band's two scratch buffers may take before the band is cut. */
const WINOGRAD_SCRATCH = 32 * 2 ** 20;

/**
 * F(4x4, 3x3) of Lavin and Gray (arXiv:1509.09308): Y = A'[(G g G') . (B' d B)]A per tile of 4x4 outputs.
 * The products of one frequency over all tiles are a 1x1 convolution, so the 36 frequencies are 36 images
 * of a tile product. Runs in bands of whole tiles to bound the scratch.
 */
function winograd<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const conv: Shape = { n: y.shape.n, c: w.shape.out, ...windowShape(ctx.op, x.shape, win) };
  /** Rows before the pool for one of y. */
  const pooled = o.pool ? 2 : 1;
  const elem = vec4Bytes(ctx.elem);
  const tilesX = ceilDiv(conv.w, 4);
  const depth = blocks(w.shape.in);
  const outC4 = blocks(w.shape.out);
  const bytesPerTileRow = 36 * tilesX * Math.max(depth, outC4) * elem;
  const scratchBytes = Math.min(ctx.limits.bindingBytes, Math.max(WINOGRAD_SCRATCH, bytesPerTileRow));
  if (bytesPerTileRow > scratchBytes)
    throw new LimitError(
      `${ctx.op}: a row of Winograd tiles takes ${bytesPerTileRow} bytes, a binding holds ${ctx.limits.bindingBytes}`,
      bytesPerTileRow,
      ctx.limits.bindingBytes,
      "compile with memory: 'low', which convolves directly",
    );

  const end = (row: number) => Math.min(row * pooled, conv.h);
  const inputs = inputRows(win, x.shape);
  const rows = (from: number, to: number) => inputs(from * pooled, end(to));
  const step = 4 / pooled;
  const bands = splitRows(ctx, y, [{ t: x, rows }], {
    flopsPerRow: (conv2dFlops({ ...conv, n: 1, h: 1 }, w.shape) * pooled) / 4,
    step,
    maxRows: step * Math.floor(scratchBytes / bytesPerTileRow),
  });
  const tileCount = (band: Band) => band.images * ceilDiv(band.rows, step) * tilesX;
  const most = Math.max(...bands.map(tileCount));
  const v = ctx.scratch(36 * most * depth * elem);
  const m = ctx.scratch(36 * most * outC4 * elem);

  return bands.flatMap((band) => {
    const count = tileCount(band);
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const vView = whole(v, 36 * count * depth * elem);
    const mView = whole(m, 36 * count * outC4 * elem);
    const place = {
      tiles: count,
      tiles_x: tilesX,
      tiles_y: ceilDiv(band.rows, step),
      image: band.image,
      row: band.row * pooled,
    };
    const input: Dispatch<B> = {
      kernel: winogradInput,
      elem: ctx.elem,
      constants: {},
      params: {
        ...place,
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c4: depth,
        pad_top: win.pad[0],
        pad_left: win.pad[1],
      },
      bindings: { x: xv.view, v: vView },
      invocations: count * depth,
      flops: 0,
      bytes: xv.bytes + vView.size,
    };
    const products = w.parts.map((part) =>
      tileProduct(
        ctx,
        {
          x: { shape: { n: 36, c: w.shape.in, h: 1, w: count }, view: vView, base: 0 },
          y: { shape: { n: 36, c: w.shape.out, h: 1, w: count }, view: mView, base: 0 },
          b: zeroBias(ctx, w.shape.out),
        },
        { shape: w.shape, part, tile: depth * 16, image: part.count * depth * 16 },
        { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0] },
        { image: 0, images: 36, row: 0, rows: 1 },
        {
          relu: false,
          flops: (2 * 36 * count * w.shape.in * w.shape.out * part.count) / groupTiles(w.shape),
          bytes: vView.size + mView.size + part.view.size,
        },
      ),
    );
    const output: Dispatch<B> = {
      kernel: winogradOutput,
      elem: ctx.elem,
      constants: { RELU: Number(o.relu ?? false), POOL: Number(o.pool !== undefined) },
      params: {
        ...place,
        width: conv.w,
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        row_end: end(band.row + band.rows),
        c4: outC4,
      },
      bindings: { m: mView, b, y: yv.view },
      invocations: count * outC4,
      flops: 0,
      bytes: mView.size + yv.bytes,
    };
    return [input, ...products, output];
  });
}

function grouped<B>(ctx: Lowering<B>, t: Conv2dOperands<B>, o: Conv2dOptions): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const rows = inputRows(win, x.shape);
  const filter = w.parts[0]!.view;
  return splitRows(ctx, y, [{ t: x, rows }], { flopsPerRow: rowFlops(t) }).map((band) => {
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const count = band.images * band.rows * y.shape.w * blocks(y.shape.c);
    return {
      kernel: conv2dGrouped,
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
        kernel_h: win.kernel[0],
        kernel_w: win.kernel[1],
        stride_h: win.stride[0],
        stride_w: win.stride[1],
        dilation_h: win.dilation[0],
        dilation_w: win.dilation[1],
        pad_top: win.pad[0],
        pad_left: win.pad[1],
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
