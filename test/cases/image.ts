import { fromRgba, fromTexture, overlay } from '../../src/engine/image.js';
import { emptyPixels, uploadPixels } from '../../src/engine/pixels.js';
import { empty, free } from '../../src/engine/tensor.js';
import { CAFFE_PREPROCESS, imageShape, type Preprocess } from '../../src/ops/image.js';
import * as reference from '../reference/image.js';
import { type Case, sumTolerance } from './case.js';

type Size = readonly [n: number, h: number, w: number];

/** Bytes from values in [-1, 1). */
const bytes = (values: Float32Array): Uint8Array => Uint8Array.from(values, (v) => Math.floor(128 * (v + 1)));

function image(source: 'rgba' | 'texture', name: string, [n, h, w]: Size, p: Preprocess): Case {
  const shape = imageShape({ n, h, w }, p);
  return {
    name: `image_from_${source}: ${name}`,
    op: `image_from_${source}`,
    inputs: { x: [n, 4, h, w] },
    tolerance: sumTolerance(p.order === 'grey' ? 4 : 2),
    flops: 0,
    bytes: 4 * n * h * w * (1 + shape.c),
    splits: n * h >= 3,
    reference: (data) => [reference.fromRgba(bytes(data.x!), n, h * w, p)],
    launch(engine, data, elem) {
      const y = empty(engine, shape, elem, 'y');
      if (source === 'rgba') {
        const x = uploadPixels(engine, bytes(data.x!), { n, h, w }, 'x');
        return {
          outputs: [y],
          run: (on) => void fromRgba(on, x.buffer, { n, h, w }, p, y),
          free: () => {
            free(y);
            x.buffer.destroy();
          },
        };
      }
      const size = { width: w, height: h };
      const usage = GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.COPY_DST;
      const texture = engine.device.createTexture({ size, format: 'rgba8unorm', usage });
      engine.device.queue.writeTexture(
        { texture },
        bytes(data.x!) as Uint8Array<ArrayBuffer>,
        { bytesPerRow: 4 * w },
        size,
      );
      return {
        outputs: [y],
        run: (on) => void fromTexture(on, texture, p, y),
        free: () => {
          free(y);
          texture.destroy();
        },
      };
    },
  };
}

/** Colours of 16 labels, each with its own alpha: exact in f32 when blended by a power of two. */
const PALETTE = Uint8Array.from({ length: 64 }, (_, i) =>
  i % 4 === 3 ? (i % 8 === 3 ? 255 : 0) : (37 * i) % 256,
);

function coloured(name: string, [n, h, w]: Size, alpha: number | null): Case {
  // 20 labels: four of them are beyond the palette.
  const labels = (values: Float32Array) => Uint32Array.from(values, (v) => Math.floor(10 * (v + 1)));
  return {
    name: `overlay: ${name}`,
    op: 'overlay',
    inputs: { labels: [n, h, w], image: [n, h, w, 4] },
    tolerance: 0,
    flops: 0,
    bytes: 4 * n * h * w * (alpha === null ? 2 : 3),
    splits: n * h >= 3,
    reference: (data) => [
      reference.overlay(
        labels(data.labels!),
        alpha === null ? null : bytes(data.image!),
        PALETTE,
        alpha ?? 1,
      ),
    ],
    launch(engine, data) {
      const size = { n, h, w };
      const map = uploadPixels(engine, labels(data.labels!), size, 'labels');
      const photo = alpha === null ? null : uploadPixels(engine, bytes(data.image!), size, 'image');
      const y = emptyPixels(engine, size, 'y');
      const options = { palette: PALETTE, ...(alpha === null ? {} : { alpha }) };
      return {
        outputs: [y],
        run: (on) => void overlay(on, map, photo, options, y),
        free: () => {
          for (const m of [map, photo, y]) m?.buffer.destroy();
        },
      };
    },
  };
}

const IMAGENET: Preprocess = {
  order: 'rgb',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  scale: 1 / 255,
};

export const imageCases: readonly Case[] = [
  image('rgba', 'BGR minus the mean, as Caffe', [1, 33, 47], CAFFE_PREPROCESS),
  image('rgba', 'RGB with scale, mean and standard deviation', [2, 19, 23], IMAGENET),
  image('rgba', 'grey', [1, 28, 28], { order: 'grey', mean: [33], scale: 0.5 }),
  image('texture', 'BGR minus the mean, as Caffe', [1, 33, 47], CAFFE_PREPROCESS),
  image('texture', 'RGB with scale, mean and standard deviation', [1, 19, 23], IMAGENET),
  coloured('colours over an image', [2, 37, 41], 0.5),
  coloured('a quarter of the colour', [1, 40, 64], 0.25),
  coloured('colours alone', [1, 51, 43], null),
];
