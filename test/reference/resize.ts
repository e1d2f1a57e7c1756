import { type ResizeOptions, resizeShape } from '../../src/ops/resize.js';
import { pair, type Shape } from '../../src/shape.js';

/** How far a coordinate may be off a whole number or a half: scales come rounded to f32. */
const SLACK = 1e-5;

/** A filter's height at distance d. */
function filter(o: ResizeOptions, d: number): number {
  const t = Math.abs(d);
  if (o.mode === 'bilinear') return Math.max(0, 1 - t);
  const a = o.cubic ?? -0.75;
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a : 0;
}

type Region = readonly [start: number, end: number];

/** Weight of every source pixel for one output coordinate, edges repeated; none beyond a region's map. */
function weights(
  o: ResizeOptions,
  size: number,
  out: number,
  scale: number,
  at: number,
  [start, end]: Region,
): Float64Array {
  const found = new Float64Array(size);
  const half = (at + 0.5) / scale - 0.5;
  const x = {
    half_pixel: half,
    half_pixel_symmetric: (size / 2) * (1 - out / (scale * size)) + half,
    pytorch_half_pixel: out > 1 ? half : 0,
    align_corners: out > 1 ? (at * (size - 1)) / (scale * size - 1) : 0,
    asymmetric: at / scale,
    tf_crop_and_resize: (out > 1 ? start + (at * (end - start)) / (out - 1) : (start + end) / 2) * (size - 1),
  }[o.coordinates ?? 'half_pixel'];
  if (o.coordinates === 'tf_crop_and_resize' && (x < -SLACK || x > size - 1 + SLACK)) return found;
  if (o.mode === 'nearest') {
    const [down, up] = [Math.floor(x + SLACK), Math.ceil(x - SLACK)];
    const tie = Math.abs(x - down - 0.5) < SLACK;
    const index = {
      floor: down,
      ceil: up,
      round_prefer_floor: tie ? down : Math.round(x),
      round_prefer_ceil: tie ? up : Math.round(x),
    }[o.rounding ?? 'round_prefer_floor'];
    found[Math.min(Math.max(index, 0), size - 1)] = 1;
    return found;
  }
  const shrink = o.antialias ? Math.min(scale, 1) : 1;
  const margin = Math.ceil(2 / shrink) + 1;
  let sum = 0;
  for (let i = -margin; i < size + margin; i++) {
    if (o.excludeOutside && (i < 0 || i >= size)) continue;
    const weight = filter(o, (i - x) * shrink);
    sum += weight;
    found[Math.min(Math.max(i, 0), size - 1)]! += weight;
  }
  return found.map((weight) => weight / sum);
}

/** The definition, in float64 over planar data [N, C, H, W]: every output weighs every pixel of its plane. */
export function resize(x: ArrayLike<number>, xs: Shape, o: ResizeOptions): Float64Array {
  const ys = resizeShape('resize', xs, o);
  const scales = 'scale' in o ? pair(o.scale) : [ys.h / xs.h, ys.w / xs.w];
  const [top, left, bottom, right] = o.region ?? [0, 0, 1, 1];
  const rows = Array.from({ length: ys.h }, (_, at) => weights(o, xs.h, ys.h, scales[0]!, at, [top, bottom]));
  const columns = Array.from({ length: ys.w }, (_, at) =>
    weights(o, xs.w, ys.w, scales[1]!, at, [left, right]),
  );
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w);
  let to = 0;
  for (let plane = 0; plane < ys.n * ys.c; plane++)
    for (const row of rows)
      for (const column of columns) {
        let sum = 0;
        for (let iy = 0; iy < xs.h; iy++) {
          if (row[iy] === 0) continue;
          for (let ix = 0; ix < xs.w; ix++)
            sum += row[iy]! * column[ix]! * x[(plane * xs.h + iy) * xs.w + ix]!;
        }
        y[to++] = sum;
      }
  return y;
}
