import { dot, type Panel, type Vec3 } from './panel.js';
import type { Random } from './random.js';

/** Pixels; X = (x - cx) Z / fx with x counted from 1 at the first pixel's centre, as NYUDv2's are. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** A pinhole camera over the ground. A pixel sees eye + Z * ray, Z the depth. */
export interface Camera {
  readonly h: number;
  readonly w: number;
  readonly intrinsics: Intrinsics;
  /** Metres over the origin of the scene. */
  readonly eye: Vec3;
  /** Where the camera's axes (right, down, ahead) point. */
  readonly axes: readonly [right: Vec3, down: Vec3, ahead: Vec3];
  /** [h, w, 3]: where each pixel's centre looks. */
  readonly rays: Float64Array;
}

/** Cosine and sine of the angle whose half has this tangent. */
const turn = (half: number): readonly [cos: number, sin: number] => [
  (1 - half * half) / (1 + half * half),
  (2 * half) / (1 + half * half),
];

/** @param yaw, roll tangents of half the angle. */
export function camera(
  random: Random,
  [h, w]: readonly [number, number],
  [x, height]: readonly [x: number, height: number],
  yaw: number,
): Camera {
  const f = Math.max(h, w) * random.range(0.78, 1.1);
  // The horizon lies at this share of the height; to first order the tangent of half the pitch is half of that.
  const horizon = random.range(0.33, 0.6);
  const [pc, ps] = turn(((0.5 - horizon) * h) / f / 2);
  const [yc, ys] = turn(yaw);
  const [rc, rs] = turn(random.range(-0.02, 0.02));
  const ahead: Vec3 = [ys * pc, -ps, yc * pc];
  const level: Vec3 = [yc, 0, -ys];
  const below: Vec3 = [-ys * ps, -pc, -yc * ps];
  const mixed = (a: number, b: number): Vec3 => [
    a * level[0] + b * below[0],
    a * level[1] + b * below[1],
    a * level[2] + b * below[2],
  ];
  const [right, down] = [mixed(rc, rs), mixed(-rs, rc)];
  const intrinsics = { fx: f, fy: f, cx: (w + 1) / 2, cy: (h + 1) / 2 };
  const rays = new Float64Array(3 * h * w);
  for (let row = 0, at = 0; row < h; row++)
    for (let column = 0; column < w; column++)
      for (let axis = 0; axis < 3; axis++) {
        const u = (column + 1 - intrinsics.cx) / f;
        const v = (row + 1 - intrinsics.cy) / f;
        rays[at++] = u * right[axis]! + v * down[axis]! + ahead[axis]!;
      }
  return { h, w, intrinsics, eye: [x, height, 0], axes: [right, down, ahead], rays };
}

/** Nearest depth that is drawn, in metres. */
export const NEAR = 0.5;

/** Rows and columns that a panel may lie in, or null where it is out of sight. */
export function bounds(
  { h, w, intrinsics: { fx, fy, cx, cy }, eye, axes }: Camera,
  { origin, along, up, width, height }: Panel,
): readonly [top: number, left: number, bottom: number, right: number] | null {
  const corner = (a: number, b: number): Vec3 => {
    const p = [0, 1, 2].map((i) => origin[i]! + a * along[i]! + b * up[i]! - eye[i]!) as unknown as Vec3;
    return [dot(p, axes[0]), dot(p, axes[1]), dot(p, axes[2])];
  };
  const corners = [corner(0, 0), corner(width, 0), corner(width, height), corner(0, height)];
  let [top, left, bottom, right] = [h, w, -1, -1];
  const include = ([across, down, z]: Vec3) => {
    const x = (across * fx) / z + cx - 1;
    const y = (down * fy) / z + cy - 1;
    top = Math.min(top, Math.floor(y));
    left = Math.min(left, Math.floor(x));
    bottom = Math.max(bottom, Math.ceil(y));
    right = Math.max(right, Math.ceil(x));
  };
  for (const [i, p] of corners.entries()) {
    const q = corners[(i + 1) % 4]!;
    if (p[2] >= NEAR) include(p);
    // An edge through the nearest plane is cut there.
    const share = (NEAR - p[2]) / (q[2] - p[2]);
    if (share > 0 && share < 1) include([p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]), NEAR]);
  }
  const clipped = [
    Math.max(top, 0),
    Math.max(left, 0),
    Math.min(bottom, h - 1),
    Math.min(right, w - 1),
  ] as const;
  return clipped[0] > clipped[2] || clipped[1] > clipped[3] ? null : clipped;
}
