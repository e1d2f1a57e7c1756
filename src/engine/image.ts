import { LimitError, ShapeError, UnsupportedError, ValidationError } from '../errors.js';
import type { PixelMap } from '../lower/lowering.js';
import { imageFromRgba, imageFromTexture, imageShape, type Preprocess } from '../ops/image.js';
import { type OverlayOptions, overlay as overlayOp } from '../ops/overlay.js';
import type { Engine } from './engine.js';
import { engineOf, type On, output } from './operators/on.js';
import { emptyPixels, type ImageSize, type LabelMap, type RgbaMap, wrapPixels } from './pixels.js';
import { recorded } from './recording.js';
import type { Tensor } from './tensor.js';

const F32 = { elem: 'f32' } as const;

/**
 * A network's input from RGBA bytes, [N, 3 or 1, H, W].
 * @param x 4 n * h * w bytes in rows, red first, on the host or in a storage buffer.
 * @param y output to write; a new tensor in f32 without one.
 */
export function fromRgba(
  on: On,
  x: Uint8Array | Uint8ClampedArray | GPUBuffer,
  size: ImageSize,
  p: Preprocess,
  y?: Tensor,
): Tensor {
  const op = 'image_from_rgba';
  const shape = { n: size.n ?? 1, h: size.h, w: size.w };
  const bytes = 4 * shape.n * shape.h * shape.w;
  const host = ArrayBuffer.isView(x);
  if (host && x.length !== bytes)
    throw new ShapeError(`${op}: ${x.length} bytes for ${shape.h} x ${shape.w} pixels, should be ${bytes}`);
  const out = output(on, op, y ?? F32, imageShape(shape, p), y);
  recorded(on, (r) => {
    let map: PixelMap<GPUBuffer>;
    if (host) {
      map = { buffer: r.temporary(bytes, op), shape };
      r.engine.device.queue.writeBuffer(map.buffer, 0, x as Uint8Array<ArrayBuffer>);
    } else map = wrapPixels(x, size, op);
    r.add(imageFromRgba(r.lowering(op, out.elem), { x: map, y: out }, p));
  });
  return out;
}

/**
 * A network's input from a texture, [1, 3 or 1, H, W]. Its values 0 .. 1 stand for bytes 0 .. 255, so a
 * format with `-srgb` in its name, which decodes to linear light, is refused.
 * @param texture 2D, with TEXTURE_BINDING usage, of a filterable float format such as rgba8unorm.
 */
export function fromTexture(on: On, texture: GPUTexture, p: Preprocess, y?: Tensor): Tensor {
  const op = 'image_from_texture';
  const { width: w, height: h, depthOrArrayLayers: layers, dimension, format } = texture;
  if (dimension !== '2d' || layers !== 1)
    throw new ShapeError(`${op}: a ${dimension} texture of ${layers} layers, should be 2d of one`);
  if ((texture.usage & GPUTextureUsage.TEXTURE_BINDING) === 0)
    throw new ValidationError(`${op}: the texture lacks TEXTURE_BINDING usage`);
  if (format.endsWith('-srgb'))
    throw new UnsupportedError(`${op}: format ${format}, should be ${format.slice(0, -5)}`);
  const out = output(on, op, y ?? F32, imageShape({ n: 1, h, w }, p), y);
  const view = texture.createView({ mipLevelCount: 1 });
  recorded(on, (r) =>
    r.add(imageFromTexture<GPUBuffer | GPUTextureView>(r.lowering(op, out.elem), { x: view, y: out }, p)),
  );
  return out;
}

/** Size in pixels of what a browser can show. */
function sourceSize(source: GPUCopyExternalImageSource): { width: number; height: number } {
  if ('displayWidth' in source) return { width: source.displayWidth, height: source.displayHeight };
  if ('videoWidth' in source) return { width: source.videoWidth, height: source.videoHeight };
  if ('naturalWidth' in source) return { width: source.naturalWidth, height: source.naturalHeight };
  return { width: source.width, height: source.height };
}

/**
 * A network's input from an ImageBitmap, canvas, image or video element, VideoFrame or ImageData,
 * [1, 3 or 1, H, W]. Read at once: a frame may change or close after the call. Make an ImageBitmap with
 * `colorSpaceConversion: 'none'` for the bytes of the file.
 * @throws UnsupportedError on a platform without `copyExternalImageToTexture`, such as Deno.
 */
export function fromImageBitmap(
  engine: Engine,
  source: GPUCopyExternalImageSource,
  p: Preprocess,
  y?: Tensor,
): Tensor {
  const { device } = engine;
  if (typeof device.queue.copyExternalImageToTexture !== 'function')
    throw new UnsupportedError(
      'image: this platform has no copyExternalImageToTexture, pass RGBA bytes to fromRgba',
    );
  const { width, height } = sourceSize(source);
  if (!(width >= 1 && height >= 1))
    throw new ShapeError(`image: ${height} x ${width} pixels, should be at least one`);
  const most = device.limits.maxTextureDimension2D;
  if (Math.max(width, height) > most)
    throw new LimitError(
      `image: ${height} x ${width} pixels, a texture holds ${most} x ${most}`,
      Math.max(width, height),
      most,
      'pass RGBA bytes to fromRgba',
    );
  const texture = device.createTexture({
    label: 'image',
    size: { width, height },
    format: 'rgba8unorm',
    usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST | GPUTextureUsage.RENDER_ATTACHMENT,
  });
  try {
    device.queue.copyExternalImageToTexture({ source }, { texture }, { width, height });
    return fromTexture(engine, texture, p, y);
  } finally {
    texture.destroy();
  }
}

/**
 * The labels' colours, over an image where one is given: [N, H, W] of RGBA bytes.
 * @param image RGBA bytes on the GPU, of the labels' size, or null.
 */
export function overlay(
  on: On,
  labels: LabelMap,
  image: RgbaMap | null,
  o: OverlayOptions,
  y?: RgbaMap,
): RgbaMap {
  const out = y ?? emptyPixels(engineOf(on), labels.shape, 'overlay');
  recorded(on, (r) => r.add(overlayOp(r.lowering('overlay', 'f32'), { labels, image, y: out }, o)));
  return out;
}
