import type { CaseTensor } from './files.js';
import { type Attributes, type Dims, float, floats, ints, list, one } from './make.js';

const MODES = ['nearest', 'linear', 'cubic'] as const;
const PLACES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
] as const;

const resized = (
  name: string,
  x: Dims,
  o: { roi?: CaseTensor; scales?: CaseTensor; sizes?: CaseTensor },
  attributes: Attributes,
  opset = 19,
) =>
  one(
    name,
    'Resize',
    [floats(x), o.roi ?? null, o.scales ?? (o.sizes ? null : list()), ...(o.sizes ? [o.sizes] : [])],
    attributes,
    { opset },
  );

export const resizeCases = [
  ...MODES.flatMap((mode) =>
    PLACES.flatMap((place) => [
      resized(
        `${mode}_${place}_up`,
        [1, 2, 4, 5],
        { scales: list(1, 1, 2.25, 1.6) },
        { mode, coordinate_transformation_mode: place },
      ),
      resized(
        `${mode}_${place}_sizes`,
        [2, 2, 4, 5],
        { sizes: ints(2, 2, 7, 3) },
        { mode, coordinate_transformation_mode: place },
      ),
    ]),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) =>
    resized(
      nearest_mode,
      [1, 1, 4, 4],
      { sizes: ints(1, 1, 8, 6) },
      { mode: 'nearest', nearest_mode, coordinate_transformation_mode: 'half_pixel' },
    ),
  ),
  ...['linear', 'cubic'].flatMap((mode) => [
    resized(`${mode}_antialias`, [1, 2, 9, 8], { scales: list(1, 1, 0.6, 0.7) }, { mode, antialias: 1 }),
    resized(
      `${mode}_antialias_exclude`,
      [1, 2, 9, 8],
      { scales: list(1, 1, 0.6, 0.7) },
      { mode, antialias: 1, exclude_outside: 1 },
    ),
    resized(
      `${mode}_region`,
      [1, 1, 6, 7],
      { roi: list(0, 0, 0.35, 0.2, 1, 1, 1.2, 0.9), sizes: ints(1, 1, 5, 4) },
      { mode, coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(7) },
    ),
  ]),
  resized(
    'nearest_region',
    [1, 1, 6, 7],
    { roi: list(0, 0, 0.35, 0.2, 1, 1, 1.2, 0.9), sizes: ints(1, 1, 5, 4) },
    { mode: 'nearest', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(7) },
  ),
  resized(
    'linear_region_axes',
    [1, 1, 6, 7],
    { roi: list(0.2, 0.3, 0.9, 0.6), sizes: ints(3, 3) },
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', axes: [3, 2] },
  ),
  resized(
    'cubic_a_exclude',
    [1, 2, 5, 6],
    { scales: list(1, 1, 1.8, 0.7) },
    { mode: 'cubic', cubic_coeff_a: float(-0.5), exclude_outside: 1 },
  ),
  resized('axes', [1, 2, 5, 6], { scales: list(2, 1.5) }, { mode: 'linear', axes: [2, 3] }),
  resized('axes_turned', [1, 2, 5, 6], { sizes: ints(9, 8) }, { mode: 'linear', axes: [3, 2] }),
  resized('one_axis', [1, 2, 5, 6], { sizes: ints(9) }, { mode: 'linear', axes: [-1] }),
  ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) => [
    resized(
      keep_aspect_ratio_policy,
      [1, 2, 5, 7],
      { sizes: ints(9, 9) },
      { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy },
    ),
    resized(
      `${keep_aspect_ratio_policy}_nearest`,
      [1, 2, 5, 7],
      { sizes: ints(3, 6) },
      { axes: [2, 3], keep_aspect_ratio_policy },
    ),
  ]),
  resized('rank_2', [4, 5], { sizes: ints(7, 9) }, { mode: 'linear' }),
  resized('rank_3', [2, 4, 5], { scales: list(1, 1, 2) }, { mode: 'linear' }),
  resized('channels', [1, 2, 3, 4], { sizes: ints(1, 5, 3, 7) }, { mode: 'nearest' }),
  resized('opset_13', [1, 2, 4, 5], { roi: list(), scales: list(1, 1, 2, 3) }, { mode: 'linear' }, 13),
  resized(
    'opset_11',
    [1, 2, 4, 5],
    { roi: list(), scales: list(1, 1, 2, 3) },
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    11,
  ),
  one('opset_10', 'Resize', [floats([1, 2, 4, 5]), list(1, 1, 2, 0.6)], { mode: 'nearest' }, { opset: 10 }),
  one(
    'opset_10_linear',
    'Resize',
    [floats([1, 2, 4, 5]), list(1, 1, 2, 2)],
    { mode: 'linear' },
    { opset: 10 },
  ),
  one('opset_9', 'Upsample', [floats([1, 2, 4, 5]), list(1, 1, 2, 3)], { mode: 'nearest' }, { opset: 9 }),
  one(
    'opset_9_linear',
    'Upsample',
    [floats([1, 2, 4, 5]), list(1, 1, 2, 3)],
    { mode: 'linear' },
    { opset: 9 },
  ),
  one(
    'opset_7',
    'Upsample',
    [floats([1, 2, 4, 5])],
    { mode: 'nearest', scales: { floats: [1, 1, 2, 3] } },
    { opset: 7 },
  ),
  ...['linear', 'nearest', 'cubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
      [0, 1].map((align_corners) =>
        one(
          `${mode}_${padding_mode}_${align_corners}`,
          'GridSample',
          [floats([2, 3, 5, 6]), floats([2, 4, 7, 2], (v) => 1.7 * v)],
          { mode, padding_mode, align_corners },
          { opset: 20 },
        ),
      ),
    ),
  ),
  one(
    'opset_16',
    'GridSample',
    [floats([1, 2, 5, 6]), floats([1, 3, 4, 2])],
    { mode: 'bilinear' },
    { opset: 16 },
  ),
];
