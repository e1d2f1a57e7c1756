import type { Interpolation } from '../../lower/resize_table.js';
import type { ResizeOptions } from '../../ops/resize.js';
import type { Pair } from '../../shape.js';
import type { LayoutAttrs } from '../kinds/layout.js';
import { AXIS, CHANNELS, CONSTANT, EXTENT, FACTOR, IMAGES, MOST_INPUTS, PLACE } from './bounds.js';
import {
  type Check,
  type Fields,
  flag,
  fourOf,
  nullable,
  object,
  optional,
  pairOf,
  record,
  sides,
  word,
} from './check.js';
import type { Forms } from './form.js';

const interpolation: Fields<Interpolation> = {
  mode: word({ nearest: true, bilinear: true, bicubic: true }),
  coordinates: optional(
    word({
      half_pixel: true,
      half_pixel_symmetric: true,
      pytorch_half_pixel: true,
      align_corners: true,
      asymmetric: true,
      tf_crop_and_resize: true,
    }),
  ),
  rounding: optional(word({ round_prefer_floor: true, round_prefer_ceil: true, floor: true, ceil: true })),
  antialias: optional(flag),
  cubic: optional(CONSTANT),
  region: optional(fourOf(CONSTANT)),
  excludeOutside: optional(flag),
};

/** [height, width]; of a whole shape, its height and width. */
const extents: Check<Pair> = (value, at) => {
  if (Array.isArray(value)) return pairOf(EXTENT)(value, at);
  const { h, w } = object(value, at);
  return [EXTENT(h, `${at}.h`), EXTENT(w, `${at}.w`)];
};

const byScale = record<Interpolation & { scale: number | Pair }>({ ...interpolation, scale: sides(FACTOR) });
const bySize = record<Interpolation & { size: Pair }>({ ...interpolation, size: extents });

const resize: Check<ResizeOptions> = (value, at) =>
  Object.hasOwn(object(value, at), 'scale') ? byScale(value, at) : bySize(value, at);

export const LAYOUT_FORMS: Forms<LayoutAttrs> = {
  input: {
    inputs: 0,
    attrs: record({ channels: CHANNELS, size: nullable(pairOf(EXTENT)), batch: optional(IMAGES) }),
  },
  crop: { inputs: 2, attrs: record({ offset: pairOf(PLACE) }) },
  crop_sum: { inputs: 2, attrs: record({ offset: pairOf(PLACE) }) },
  resize: { inputs: 1, attrs: resize },
  resize_to: { inputs: 2, attrs: record(interpolation) },
  concat: { inputs: [1, MOST_INPUTS], attrs: record({ axis: optional(AXIS) }) },
};
