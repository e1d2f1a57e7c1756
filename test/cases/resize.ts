import { resize } from '../../src/engine/operators.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import { type ResizeOptions, resizeShape, resizeTables } from '../../src/ops/resize.js';
import type { Shape } from '../../src/shape.js';
import { resize as reference } from '../reference/resize.js';
import { type Case, sumTolerance } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

export function resized(name: string, [n, c, h, w]: Size, o: ResizeOptions): Case {
  const xs: Shape = { n, c, h, w };
  const ys = resizeShape('resize', xs, o);
  const { rows, columns } = resizeTables('resize', xs, o);
  const taps = rows.taps * columns.taps;
  return {
    name: `resize: ${name}`,
    op: 'resize',
    inputs: { x: [n, c, h, w] },
    // The weights of rows and of columns are rounded to f32 too.
    tolerance: o.mode === 'nearest' ? 0 : 2 * sumTolerance(taps),
    flops: 2 * ys.n * ys.c * ys.h * ys.w * taps,
    bytes: 4 * (n * c * h * w + ys.n * ys.c * ys.h * ys.w),
    splits: ys.n * ys.h >= 3,
    layer: { op: 'resize', x: xs, y: ys, options: o },
    gradient: { slow: n * c * h * w > 1e5, add: (g, { x }) => g.resize('y', x!, o) },
    reference: (data) => [reference(data.x!, xs, o)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void resize(on, x, o, y), free: () => free(x, y) };
    },
  };
}

export const resizeCases: readonly Case[] = [
  resized('bilinear by 8', [1, 21, 16, 17], { mode: 'bilinear', scale: 8 }),
  resized('bilinear by 2, the last run cut', [2, 5, 7, 9], { mode: 'bilinear', scale: 2 }),
  resized('bilinear to odd sizes, corners aligned', [2, 7, 13, 9], {
    mode: 'bilinear',
    coordinates: 'align_corners',
    size: [31, 40],
  }),
  resized('bilinear down, asymmetric', [1, 6, 33, 29], {
    mode: 'bilinear',
    coordinates: 'asymmetric',
    size: [11, 14],
  }),
  resized('bilinear to a single column, as PyTorch', [1, 5, 12, 9], {
    mode: 'bilinear',
    coordinates: 'pytorch_half_pixel',
    size: { h: 30, w: 1 },
  }),
  resized('bilinear down with antialiasing, as a photograph to a square', [1, 3, 240, 320], {
    mode: 'bilinear',
    antialias: true,
    excludeOutside: true,
    size: [97, 97],
  }),
  resized('bicubic by 3 and 2', [1, 8, 11, 13], { mode: 'bicubic', scale: [3, 2] }),
  resized('bicubic with a = -0.5, nothing outside', [2, 5, 11, 13], {
    mode: 'bicubic',
    cubic: -0.5,
    excludeOutside: true,
    scale: 1.7,
  }),
  resized('bicubic down with antialiasing, edges repeated', [1, 4, 40, 31], {
    mode: 'bicubic',
    antialias: true,
    size: [17, 12],
  }),
  resized('bicubic by a fraction, centred', [1, 4, 9, 10], {
    mode: 'bicubic',
    coordinates: 'half_pixel_symmetric',
    scale: 1.55,
  }),
  resized('nearest by 8', [1, 21, 9, 7], { mode: 'nearest', scale: 8 }),
  ...(['floor', 'ceil', 'round_prefer_floor', 'round_prefer_ceil'] as const).map((rounding) =>
    resized(`nearest, halves by ${rounding}`, [1, 4, 12, 10], {
      mode: 'nearest',
      rounding,
      coordinates: 'asymmetric',
      scale: [2, 0.8],
    }),
  ),
  resized('nearest to a third, where a quotient in f32 falls short of a pixel', [1, 4, 216, 12], {
    mode: 'nearest',
    rounding: 'floor',
    coordinates: 'asymmetric',
    scale: Math.fround(1 / 3),
  }),
  resized('a region, half beyond the map', [2, 5, 14, 11], {
    mode: 'bilinear',
    coordinates: 'tf_crop_and_resize',
    region: [0.3, -0.2, 1.4, 0.9],
    size: [9, 17],
  }),
  resized('bicubic to a size that its scale does not give', [1, 3, 9, 7], {
    mode: 'bicubic',
    scale: 1.25,
    size: [12, 9],
  }),
];
