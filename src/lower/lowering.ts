import type { ElemType, View } from '../dispatch.js';
import { LimitError } from '../errors.js';
import type { Limits } from '../limits.js';
import { alignUp, blocks, type Shape, showShape, tensorBytes, vec4Bytes, type Window } from '../shape.js';
import type { Choosing } from './choosing.js';

/** A feature map in a buffer of its own, from its first byte. */
export interface Operand<B> {
  readonly buffer: B;
  readonly shape: Shape;
  readonly elem: ElemType;
}

/** One u32 a pixel, [n, h, w]: labels, or RGBA bytes with red lowest. */
export interface PixelMap<B> {
  readonly buffer: B;
  readonly shape: Omit<Shape, 'c'>;
}

/** Anything that a kernel reads or writes by rows. */
export type AnyMap<B> = Operand<B> | PixelMap<B>;

/** Bytes of one element of the array that a kernel sees: a vec4 of channels, or a pixel's u32. */
const elementBytes = (t: AnyMap<unknown>): number => ('elem' in t ? vec4Bytes(t.elem) : 4);

/** Elements of one pixel. */
export const elementsPerPixel = (t: AnyMap<unknown>): number => ('elem' in t ? blocks(t.shape.c) : 1);

/** What an operator knows while it writes its dispatches. */
export interface Lowering<B> extends Choosing {
  /** Name of the layer, for errors. */
  readonly op: string;
  readonly limits: Limits;
  /** A dispatch of more FLOPs is split by rows; Infinity never splits for time. */
  readonly maxFlops: number;
  /** A buffer that lives until the operator is done. */
  readonly scratch: (bytes: number) => B;
  /** A view of host data that kernels only read: tables of indices and weights, a bias of zeros. */
  readonly constant: (data: Float32Array | Uint32Array) => View<B>;
}

/** A part of an operator's output: whole images, or rows of one image. */
export interface Band {
  readonly image: number;
  readonly images: number;
  readonly row: number;
  readonly rows: number;
}

/** All of a buffer, from its first byte. */
export const whole = <B>(buffer: B, bytes: number): View<B> => ({ buffer, offset: 0, size: bytes });

/** The bias of a layer without one, for so many output channels. */
export const zeroBias = <B>(ctx: Lowering<B>, channels: number): View<B> =>
  ctx.constant(new Float32Array(4 * blocks(channels)));

/**
 * The view of rows [from, to) of `images` images, and the index of its first element (vec4, or u32 of a
 * pixel map): kernels index the whole map and subtract the base. A view starts on the device's alignment,
 * so it may begin early.
 */
export function rowsView<B>(
  ctx: Lowering<B>,
  t: AnyMap<B>,
  band: Band,
  rows: readonly [from: number, to: number] = [band.row, band.row + band.rows],
): { view: View<B>; base: number; bytes: number } {
  const bytes = elementBytes(t);
  const row = t.shape.w * elementsPerPixel(t) * bytes;
  const start = (band.image * t.shape.h + rows[0]) * row;
  const end = ((band.image + band.images - 1) * t.shape.h + rows[1]) * row;
  const offset = Math.floor(start / ctx.limits.alignment) * ctx.limits.alignment;
  return {
    view: { buffer: t.buffer, offset, size: end - offset },
    base: offset / bytes,
    bytes: end - start,
  };
}

/** The view of whole images: those of a band, or all without one. @throws LimitError beyond a binding. */
export function imagesView<B>(
  ctx: Lowering<B>,
  t: AnyMap<B>,
  band: Band | null,
): { view: View<B>; base: number; bytes: number } {
  const { n, h } = t.shape;
  const { image, images } = band ?? { image: 0, images: n };
  const found = rowsView(ctx, t, { image, images, row: 0, rows: h });
  const { size } = found.view;
  if (size > ctx.limits.bindingBytes)
    throw new LimitError(
      `${ctx.op}: reads ${size} bytes of ${showShape(t.shape)} at once, a binding holds ${ctx.limits.bindingBytes}`,
      size,
      ctx.limits.bindingBytes,
      'ask for a device with a larger maxStorageBufferBindingSize',
    );
  return found;
}

/** A map that a band reads, with the rows that output rows [from, to) need. */
export interface BandRead<B> {
  readonly t: AnyMap<B>;
  readonly rows: (from: number, to: number) => readonly [number, number];
}

/** What bounds a band besides the bindings. */
export interface BandOptions {
  /** FLOPs of one output row of one image. */
  readonly flopsPerRow?: number;
  /** Bands begin at multiples of so many rows. */
  readonly step?: number;
  /** Most rows of a band, summed over its images. */
  readonly maxRows?: number;
}

/**
 * Splits an output so that every view of a band fits a binding and no band exceeds `ctx.maxFlops`. The
 * output stays whole where it can; else each band is rows of one image.
 *
 * @param reads the maps that a band reads, each with the rows that output rows [from, to) need.
 */
export function splitRows<B>(
  ctx: Lowering<B>,
  y: AnyMap<B>,
  reads: readonly BandRead<B>[],
  { flopsPerRow = 0, step = 1, maxRows = Number.POSITIVE_INFINITY }: BandOptions = {},
): Band[] {
  const { n, h } = y.shape;
  const bytes = (band: Band): number =>
    Math.max(
      rowsView(ctx, y, band).view.size,
      ...reads.map((r) => rowsView(ctx, r.t, band, r.rows(band.row, band.row + band.rows)).view.size),
    );
  const fits = (band: Band): boolean =>
    bytes(band) <= ctx.limits.bindingBytes &&
    band.images * alignUp(band.rows, step) <= maxRows &&
    (band.images * band.rows * flopsPerRow <= ctx.maxFlops || band.images * band.rows <= step);

  const all: Band = { image: 0, images: n, row: 0, rows: h };
  if (fits(all)) return [all];
  const bands: Band[] = [];
  for (let image = 0; image < n; image++) {
    let row = 0;
    while (row < h) {
      const from = (steps: number): Band => ({
        image,
        images: 1,
        row,
        rows: Math.min(steps * step, h - row),
      });
      // The most steps that fit from here: bytes and FLOPs grow with the rows.
      let low = 0;
      let high = Math.ceil((h - row) / step);
      while (low < high) {
        const middle = Math.ceil((low + high) / 2);
        if (fits(from(middle))) low = middle;
        else high = middle - 1;
      }
      if (low === 0) {
        const needed = bytes(from(1));
        throw new LimitError(
          `${ctx.op}: ${from(1).rows} row(s) of ${showShape(y.shape)} bind ${needed} bytes, a binding holds ${ctx.limits.bindingBytes}`,
          needed,
          ctx.limits.bindingBytes,
          'ask for a device with a larger maxStorageBufferBindingSize',
        );
      }
      bands.push(from(low));
      row += from(low).rows;
    }
  }
  return bands;
}

/** The input rows under output rows [from, to) of a sliding window, at least one and inside the map. */
export const windowRows =
  (size: number, stride: number, pad: number, extent: number) =>
  (from: number, to: number): readonly [number, number] => {
    const first = Math.min(Math.max(from * stride - pad, 0), size - 1);
    const end = Math.max(Math.min((to - 1) * stride - pad + extent, size), first + 1);
    return [first, end];
  };

/** The rows of x that rows of y need. */
export const inputRows = (win: Window, x: Shape) =>
  windowRows(x.h, win.stride[0], win.pad[0], win.dilation[0] * (win.kernel[0] - 1) + 1);

/** A sliding window as kernels take it. */
export const windowParams = (win: Window) => ({
  kernel_h: win.kernel[0],
  kernel_w: win.kernel[1],
  stride_h: win.stride[0],
  stride_w: win.stride[1],
  dilation_h: win.dilation[0],
  dilation_w: win.dilation[1],
  pad_top: win.pad[0],
  pad_left: win.pad[1],
});

/** Checks that a map fits a buffer; a map is never spread over several. */
export function checkBuffer(op: string, shape: Shape, elem: ElemType, limits: Limits): void {
  const bytes = tensorBytes(shape, elem);
  if (bytes > limits.bufferBytes)
    throw new LimitError(
      `${op}: a map of ${showShape(shape)} takes ${bytes} bytes, a buffer holds ${limits.bufferBytes}`,
      bytes,
      limits.bufferBytes,
      'ask for a device with a larger maxBufferSize, or run a smaller image',
    );
}
