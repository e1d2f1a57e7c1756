import { LimitError, ShapeError } from '../errors.js';
import type { PixelMap } from '../lower/lowering.js';
import { checkShape, showShape } from '../shape.js';
import type { Engine } from './engine.js';

/** Height and width in pixels; `n` images, 1 by default. */
export interface ImageSize {
  readonly n?: number;
  readonly h: number;
  readonly w: number;
}

/** One u32 a pixel on the GPU, [n, h, w] in rows. */
export type Pixels = PixelMap<GPUBuffer>;

/** The label of each pixel. */
export interface LabelMap extends Pixels {}

/** The RGBA bytes of each pixel, red first. */
export interface RgbaMap extends Pixels {}

const pixelCount = ({ n, h, w }: Pixels['shape']): number => n * h * w;

/** A map with undefined content. */
export function emptyPixels(engine: Engine, size: ImageSize, label = 'pixels'): Pixels {
  const shape = { n: size.n ?? 1, h: size.h, w: size.w };
  checkShape(label, { ...shape, c: 1 });
  const bytes = 4 * pixelCount(shape);
  if (bytes > engine.limits.bufferBytes)
    throw new LimitError(
      `${label}: ${showShape(shape)} pixels take ${bytes} bytes, a buffer holds ${engine.limits.bufferBytes}`,
      bytes,
      engine.limits.bufferBytes,
      'ask for a device with a larger maxBufferSize, or run a smaller image',
    );
  return { buffer: engine.buffer(bytes, label), shape };
}

/** A host's buffer of n * h * w u32 as a map. */
export function wrapPixels(buffer: GPUBuffer, size: ImageSize, label = 'pixels'): Pixels {
  const shape = { n: size.n ?? 1, h: size.h, w: size.w };
  checkShape(label, { ...shape, c: 1 });
  if (buffer.size < 4 * pixelCount(shape))
    throw new ShapeError(
      `${label}: a buffer of ${buffer.size} bytes for ${showShape(shape)} pixels, should be at least ${4 * pixelCount(shape)}`,
    );
  return { buffer, shape };
}

/** Uploads RGBA bytes, or labels as u32. */
export function uploadPixels(
  engine: Engine,
  data: Uint8Array | Uint8ClampedArray | Uint32Array,
  size: ImageSize,
  label = 'pixels',
): Pixels {
  const map = emptyPixels(engine, size, label);
  const bytes = 4 * pixelCount(map.shape);
  if (data.byteLength !== bytes)
    throw new ShapeError(
      `${label}: ${data.byteLength} bytes for ${showShape(map.shape)} pixels, should be ${bytes}`,
    );
  engine.device.queue.writeBuffer(map.buffer, 0, data as Uint8Array<ArrayBuffer>);
  return map;
}

/** The labels on the host, n * h * w in rows. */
export async function downloadLabels(engine: Engine, map: LabelMap): Promise<Uint32Array> {
  return new Uint32Array(await engine.readBuffer(map.buffer, 0, 4 * pixelCount(map.shape)));
}

/** The RGBA bytes on the host, 4 n * h * w in rows. */
export async function downloadRgba(engine: Engine, map: RgbaMap): Promise<Uint8Array> {
  return new Uint8Array(await engine.readBuffer(map.buffer, 0, 4 * pixelCount(map.shape)));
}
