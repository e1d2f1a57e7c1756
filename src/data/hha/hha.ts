import { ShapeError } from '../../errors.js';
import type { RgbaImage } from '../../image/image.js';
import { type Intrinsics, nyuCamera, rays } from './camera.js';
import { gravity, type Vector } from './gravity.js';
import { normals } from './normals.js';

/** Depth in rows, in millimetres. */
export interface DepthImage {
  readonly width: number;
  readonly height: number;
  readonly values: ArrayLike<number>;
}

export interface HhaOptions {
  /** The camera's; NYUDv2's for its two sizes without. */
  readonly intrinsics?: Intrinsics;
  onProgress?(step: string): void;
}

/** The three channels before they are rounded to bytes, [height, width] each. */
export interface HhaMaps {
  /** 31000 / depth in cm, of depths from 100 cm on. */
  readonly disparity: Float64Array;
  /** Centimetres above the lowest point. */
  readonly height: Float64Array;
  /** Degrees between the normal and gravity: 0 for a floor, 90 for a wall; 180 where none is known. */
  readonly angle: Float64Array;
  /** Down, in the camera's axes: x right, y down, z ahead. */
  readonly gravity: Vector;
}

/** Pixels around a point whose plane gives its angle, and whose plane counts for gravity. */
const RADIUS = { angle: 3, gravity: 10 } as const;

const NEAREST_CM = 100;
/** A lowest point that is less than this under the camera is none of the floor, which then is set lower. */
const FLOOR_CM = { seen: 90, assumed: 130 } as const;
/** A rotation of the camera that is not worth to undo, in degrees. */
const LEVEL = 0.1;

function checkDepths(depth: DepthImage, raw: DepthImage): void {
  if (raw.width !== depth.width || raw.height !== depth.height)
    throw new ShapeError(
      `hha: raw depth of ${raw.width} x ${raw.height} pixels, should be ${depth.width} x ${depth.height} as the filled one`,
    );
  for (let i = 0; i < depth.values.length; i++)
    if (!(depth.values[i]! > 0))
      throw new ShapeError(
        `hha: depth ${depth.values[i]} at row ${Math.floor(i / depth.width)}, column ${i % depth.width}, should be filled in`,
      );
}

/**
 * Horizontal disparity, height above ground and angle with gravity (Gupta, Girshick, Arbelaez and Malik
 * 2014, section 3; the steps are those of their published code). `depth` has its holes filled in, `raw` is 0
 * where nothing was measured: such points count for heights, not for normals.
 */
export function hhaMaps(depth: DepthImage, raw: DepthImage, o: HhaOptions = {}): HhaMaps {
  const { width, height } = depth;
  const camera = o.intrinsics ?? nyuCamera(depth);
  checkDepths(depth, raw);
  const z = Float64Array.from(depth.values, (mm) => mm / 10);
  const known = (i: number) => raw.values[i] !== 0;
  o.onProgress?.('normals of walls and floors');
  const g = gravity(normals(z, known, width, camera, RADIUS.gravity));
  o.onProgress?.('normals of points');
  const n = normals(z, known, width, camera, RADIUS.angle);

  // The rotation from (0, 1, 0) to g, undone, leaves p . g as the height's coordinate.
  const down: Vector = g[1] < Math.cos((LEVEL * Math.PI) / 180) ? g : [0, 1, 0];
  const ray = rays(camera, width, height);
  const area = z.length;
  const above = new Float64Array(area);
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < area; i++) {
    const [x, y] = [ray.x[i % width]!, ray.y[Math.floor(i / width)]!];
    above[i] = -z[i]! * (x * down[0] + y * down[1] + down[2]);
    lowest = Math.min(lowest, above[i]!);
  }
  if (lowest > -FLOOR_CM.seen) lowest = -FLOOR_CM.assumed;
  const angle = Float64Array.from({ length: area }, (_, i) => {
    const c = n[i]! * g[0] + n[area + i]! * g[1] + n[2 * area + i]! * g[2];
    return Number.isNaN(c) ? 180 : (Math.acos(Math.min(Math.max(c, -1), 1)) * 180) / Math.PI;
  });
  return {
    disparity: z.map((cm) => 31000 / Math.max(cm, NEAREST_CM)),
    height: above.map((value) => value - lowest),
    angle,
    gravity: g,
  };
}

/** The maps as an image: red is disparity, green height in cm, blue angle + 38; rounded, and cut at 255. */
export function hhaImage({ width, height }: DepthImage, maps: HhaMaps): RgbaImage {
  const rgba = new Uint8Array(4 * width * height);
  const byte = (value: number) => Math.min(Math.max(Math.floor(value + 0.5), 0), 255);
  for (let i = 0; i < width * height; i++)
    rgba.set([byte(maps.disparity[i]!), byte(maps.height[i]!), byte(maps.angle[i]! + 128 - 90), 255], 4 * i);
  return { width, height, rgba };
}
