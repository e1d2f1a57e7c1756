import { ShapeError } from '../errors.js';
import type { Intrinsics } from './camera.js';
import { GEOMETRY_OF } from './classes.js';
import { layout } from './layout.js';
import { cell, noise, Random, subkey } from './random.js';
import { render } from './render.js';

/** A generated picture with what is true of it. All maps are [h, w] in rows. */
export interface Scene {
  readonly h: number;
  readonly w: number;
  /** 4 bytes a pixel, red first. */
  readonly rgba: Uint8Array;
  /** The class that the nearest surface at each pixel's centre has, of `SCENE_CLASSES`. */
  readonly labels: Uint8Array;
  /** 0 sky, 1 horizontal, 2 vertical. */
  readonly geometry: Uint8Array;
  /** Millimetres along the optical axis as a sensor gives them: 0 where it sees none. */
  readonly depth: Uint16Array;
  /** Millimetres of every pixel; what lies beyond 65.535 m has 65535. */
  readonly fullDepth: Uint16Array;
  readonly intrinsics: Intrinsics;
}

/** A number near 0 by a bell curve, of deviation 1: the sum of the four bytes of a hash. */
const bell = (key: number, pixel: number, channel: number): number => {
  const bits = cell(key, pixel, channel) * 2 ** 32;
  const high = Math.floor(bits / 65536);
  const low = bits - 65536 * high;
  return ((high >> 8) + (high & 255) + (low >> 8) + (low & 255) - 510) / 148;
};

/** Bytes of a picture: a lens that spreads light a little, and a sensor's noise. */
function develop(random: Random, colour: Float64Array, h: number, w: number): Uint8Array {
  const rgba = new Uint8Array(4 * h * w).fill(255);
  const [noisy, spread] = [random.range(0.004, 0.022), random.range(0.04, 0.09)];
  const key = random.fork().key;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++)
      for (let c = 0; c < 3; c++) {
        const at = 3 * (y * w + x) + c;
        const around =
          colour[y > 0 ? at - 3 * w : at]! +
          colour[y < h - 1 ? at + 3 * w : at]! +
          colour[x > 0 ? at - 3 : at]! +
          colour[x < w - 1 ? at + 3 : at]!;
        const value = colour[at]! * (1 - 4 * spread) + spread * around + noisy * bell(key, y * w + x, c);
        rgba[4 * (y * w + x) + c] = Math.min(Math.max(Math.round(255 * value), 0), 255);
      }
  return rgba;
}

/** Most millimetres that 16 bits hold. */
const FARTHEST = 65535;

/** What a sensor makes of depths: holes far away, left of near edges and in blotches, and noise that grows. */
function sensed(random: Random, full: Uint16Array, h: number, w: number): Uint16Array {
  const key = random.fork().key;
  const reach = random.range(25_000, 60_000);
  const scale = Math.max(h, w) / 10;
  return full.map((depth, pixel) => {
    const y = Math.floor(pixel / w);
    const x = pixel % w;
    const near = 0.8 * depth;
    const shadowed = (x + 1 < w && full[pixel + 1]! < near) || (x + 2 < w && full[pixel + 2]! < near);
    const lost = noise(key, x / scale, y / scale) > 0.8 || cell(key + 1, x, y) > 0.995;
    if (depth > reach || shadowed || lost) return 0;
    const metres = depth / 1000;
    return Math.max(1, Math.round(depth + metres * metres * bell(key + 2, pixel, 0)));
  });
}

/**
 * Scene `index` of a seed: the same bits on every platform, as no function is used that rounds by platform. One
 * index at other sizes is the same place, seen by the same camera.
 * @param seed, index whole numbers from 0.
 */
export function scene(seed: number, index: number, h: number, w: number): Scene {
  for (const [name, value] of Object.entries({ seed, index }))
    if (!Number.isSafeInteger(value) || value < 0)
      throw new ShapeError(`scene: ${name} ${value}, should be a whole number from 0`);
  if (!Number.isSafeInteger(h) || !Number.isSafeInteger(w) || h < 16 || w < 16)
    throw new ShapeError(`scene: ${h} x ${w} pixels, should be at least 16 x 16`);
  const key = subkey(subkey(seed, 0x5ce9e), index);
  const world = layout(key, [h, w]);
  const { colour, labels, depth } = render(world);
  const random = new Random(subkey(key, 1));
  const fullDepth = new Uint16Array(h * w);
  const geometry = new Uint8Array(h * w);
  for (let pixel = 0; pixel < h * w; pixel++) {
    fullDepth[pixel] = Math.min(Math.round(depth[pixel]! * 1000), FARTHEST);
    geometry[pixel] = GEOMETRY_OF[labels[pixel]!]!;
  }
  return {
    h,
    w,
    rgba: develop(random, colour, h, w),
    labels,
    geometry,
    depth: sensed(random, fullDepth, h, w),
    fullDepth,
    intrinsics: world.camera.intrinsics,
  };
}
