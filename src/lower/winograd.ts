import winogradInput from '../../kernels/winograd_input.wgsl';
import winogradOutput from '../../kernels/winograd_output.wgsl';
import winograd2Input from '../../kernels/winograd2_input.wgsl';
import winograd2Output from '../../kernels/winograd2_output.wgsl';
import type { Dispatch } from '../dispatch.js';
import { LimitError } from '../errors.js';
import { blocks, ceilDiv, type Shape, vec4Bytes, windowShape } from '../shape.js';
import { type Conv2dOperands, type Conv2dOptions, conv2dFlops, conv2dWindow } from './convolution.js';
import { frequencies, winogradTile } from './filter.js';
import { type Band, inputRows, type Lowering, rowsView, splitRows, whole, zeroBias } from './lowering.js';
import { groupTiles, type Product, tileProduct } from './tile_product.js';

/** Bytes that each of a Winograd band's two scratch buffers may take before the band is cut. */
const WINOGRAD_SCRATCH = 32 * 2 ** 20;

/**
 * F(4x4, 3x3) and F(2x2, 3x3) of Lavin and Gray (arXiv:1509.09308), as the filter is packed for: Y = A'[(G g G') .
 * (B' d B)]A per tile of outputs. The products of one frequency over all tiles are a 1x1 convolution, so the 36 or 16
 * frequencies are as many images of a tile product. Runs in bands of whole tiles to bound the scratch.
 * @param by which kernel makes the products.
 */
export function winograd<B>(
  ctx: Lowering<B>,
  t: Conv2dOperands<B>,
  o: Conv2dOptions,
  by: Product,
): Dispatch<B>[] {
  const { x, w, b, y } = t;
  const win = conv2dWindow(w.shape, o);
  const conv: Shape = { n: y.shape.n, c: w.shape.out, ...windowShape(ctx.op, x.shape, win) };
  /** Rows before the pool for one of y. */
  const pooled = o.pool ? 2 : 1;
  const elem = vec4Bytes(ctx.elem);
  const tile = winogradTile(w.layout)!;
  const images = frequencies(tile);
  const [toFrequencies, toOutputs] =
    tile === 4 ? [winogradInput, winogradOutput] : [winograd2Input, winograd2Output];
  const tilesX = ceilDiv(conv.w, tile);
  const depth = blocks(w.shape.in);
  const outC4 = blocks(w.shape.out);
  const bytesPerTileRow = images * tilesX * Math.max(depth, outC4) * elem;
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
  const step = tile / pooled;
  const split = (maxFlops: number) =>
    splitRows({ ...ctx, maxFlops }, y, [{ t: x, rows }], {
      // A tile takes a product a frequency, instead of 9 an output.
      flopsPerRow: (conv2dFlops({ ...conv, n: 1, h: 1 }, w.shape) * pooled * images) / (9 * tile ** 2),
      step,
      maxRows: step * Math.floor(scratchBytes / bytesPerTileRow),
    });
  const tileCount = (band: Band) => band.images * ceilDiv(band.rows, step) * tilesX;
  const bands = split(ctx.maxFlops);
  // As if nothing were cut for time, so that what a plan takes does not depend on how fast a device turns out to be.
  const most = Math.max(...split(Number.POSITIVE_INFINITY).map(tileCount));
  const v = ctx.scratch(images * most * depth * elem);
  const m = ctx.scratch(images * most * outC4 * elem);

  const none = zeroBias(ctx, w.shape.out); // the bias comes with the output transform

  return bands.flatMap((band) => {
    const count = tileCount(band);
    const xv = rowsView(ctx, x, band, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const vView = whole(v, images * count * depth * elem);
    const mView = whole(m, images * count * outC4 * elem);
    const place = {
      tiles: count,
      tiles_x: tilesX,
      tiles_y: ceilDiv(band.rows, step),
      image: band.image,
      row: band.row * pooled,
    };
    const input: Dispatch<B> = {
      kernel: toFrequencies,
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
          x: { shape: { n: images, c: w.shape.in, h: 1, w: count }, view: vView, base: 0 },
          y: { shape: { n: images, c: w.shape.out, h: 1, w: count }, view: mView, base: 0 },
          b: none,
        },
        { shape: w.shape, part, tile: depth * 16, image: part.count * depth * 16 },
        { kernel: [1, 1], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0] },
        { image: 0, images, row: 0, rows: 1 },
        {
          relu: false,
          by,
          flops: (2 * images * count * w.shape.in * w.shape.out * part.count) / groupTiles(w.shape),
          bytes: vView.size + mView.size + part.view.size,
        },
      ),
    );
    const output: Dispatch<B> = {
      kernel: toOutputs,
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
