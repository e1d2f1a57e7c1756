import { type Intrinsics, rays } from './camera.js';

/** The sum over (2 r + 1)^2 pixels around each, zero outside of the picture: along rows, then along columns. */
export function boxSums(x: Float64Array, width: number, height: number, r: number): Float64Array {
  const along = (from: Float64Array, length: number, step: number, lines: number, next: number) => {
    const y = new Float64Array(from.length);
    for (let line = 0; line < lines; line++)
      for (let i = 0; i < length; i++) {
        const last = Math.min(i + r, length - 1);
        let sum = 0;
        for (let k = Math.max(i - r, 0); k <= last; k++) sum += from[line * next + k * step]!;
        y[line * next + i * step] = sum;
      }
    return y;
  };
  return along(along(x, width, 1, height, width), height, width, width, 1);
}

/** What rounding leaves of adj(A) b, relative to its summands, where points lie in one line. */
const NO_PLANE = 1e-14;

/**
 * The normal of the plane n . p = 1 that fits the points p around each pixel best: with a = p / Z, which a
 * pixel's place gives, A = sum a a^T and b = sum a / Z, n is along adj(A) b. It points away from the camera.
 * NaN where no points are near, or all in one line.
 *
 * `z` is depth in rows, `known` says where it was measured. Returns [3, height, width].
 */
export function normals(
  z: Float64Array,
  known: (i: number) => boolean,
  width: number,
  camera: Intrinsics,
  radius: number,
): Float64Array {
  const area = z.length;
  const height = area / width;
  const ray = rays(camera, width, height);
  const sumOf = (value: (x: number, y: number, z: number) => number) => {
    const values = new Float64Array(area);
    for (let i = 0; i < area; i++)
      if (known(i)) values[i] = value(ray.x[i % width]!, ray.y[Math.floor(i / width)]!, z[i]!);
    return boxSums(values, width, height, radius);
  };
  const xx = sumOf((x) => x * x);
  const xy = sumOf((x, y) => x * y);
  const x1 = sumOf((x) => x);
  const yy = sumOf((_, y) => y * y);
  const y1 = sumOf((_, y) => y);
  const ones = sumOf(() => 1);
  const bx = sumOf((x, _, d) => x / d);
  const by = sumOf((_, y, d) => y / d);
  const b1 = sumOf((_, __, d) => 1 / d);

  const n = new Float64Array(3 * area);
  for (let i = 0; i < area; i++) {
    const [a, b, c, d, e, f] = [xx[i]!, xy[i]!, x1[i]!, yy[i]!, y1[i]!, ones[i]!];
    const [u, v, w] = [bx[i]!, by[i]!, b1[i]!];
    const nx = (d * f - e * e) * u + (c * e - b * f) * v + (b * e - c * d) * w;
    const ny = (c * e - b * f) * u + (a * f - c * c) * v + (b * c - a * e) * w;
    const nz = (b * e - c * d) * u + (b * c - a * e) * v + (a * d - b * b) * w;
    const forward = nz < 0 ? -1 : 1;
    const [px, py] = [ray.x[i % width]!, ray.y[Math.floor(i / width)]!];
    const away = forward * (nx * px + ny * py + nz) < 0 ? -forward : forward;
    const length = Math.hypot(nx, ny, nz);
    const flat = length <= NO_PLANE * f * f * Math.hypot(u, v, w);
    const scale = flat ? Number.NaN : away / length;
    n[i] = nx * scale;
    n[area + i] = ny * scale;
    n[2 * area + i] = nz * scale;
  }
  return n;
}
