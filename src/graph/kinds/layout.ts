import { cropped } from '../../coords.js';
import { ShapeError } from '../../errors.js';
import { cropShape } from '../../lower/crop.js';
import type { Interpolation } from '../../lower/resize_table.js';
import { type ConcatOptions, concat, concatShape } from '../../ops/concat.js';
import { crop } from '../../ops/crop.js';
import { cropSum, cropSumShape } from '../../ops/crop_sum.js';
import { type ResizeOptions, resize, resizeShape } from '../../ops/resize.js';
import { type Pair, showShape } from '../../shape.js';
import type { Kinds } from '../node.js';
import { acrossReach, resizeReach, resizeToReach, shiftReach } from './reach.js';
import { meet, resizedCoords } from './rules.js';

/** Layers that move values and make maps of other sizes. */
export interface LayoutAttrs {
  /** A map of the caller's; `size` and `batch` where only one height and width, or number of images, runs. */
  input: { readonly channels: number; readonly size: Pair | null; readonly batch?: number };
  /** The second input lends its size. */
  crop: { readonly offset: Pair };
  /** The first input plus a crop of the second. */
  crop_sum: { readonly offset: Pair };
  resize: ResizeOptions;
  /** The second input lends its height and width. */
  resize_to: Interpolation;
  concat: ConcatOptions;
}

export const LAYOUT_KINDS: Kinds<LayoutAttrs> = {
  input: {
    channels: (_inputs, { channels }) => channels,
    shape(name, [x], { channels, size, batch = x?.n }) {
      if (!x) throw new ShapeError(`${name}: no input of this name was given`);
      if (x.c !== channels) throw new ShapeError(`${name}: input of ${x.c} channels, should be ${channels}`);
      if (size && (x.h !== size[0] || x.w !== size[1]))
        throw new ShapeError(`${name}: input ${showShape(x)}, should be ${size[0]} x ${size[1]} pixels`);
      if (x.n !== batch) throw new ShapeError(`${name}: input of ${x.n} images, should be ${batch}`);
      return x;
    },
    lower: () => [],
  },
  crop: {
    reads: 1,
    shape: (name, [x, like], { offset }) => cropShape(name, x!, { offset, size: like! }),
    coords: ([x], { offset }) => [cropped(x![0], offset[0]), cropped(x![1], offset[1])],
    reach: ({ offset }, where) => shiftReach(offset, where),
    lower: (ctx, t, { offset }) => crop(ctx, { x: t.inputs[0]!, y: t.y }, { offset, size: t.y.shape }),
  },
  crop_sum: {
    shape: (name, [a, b], { offset }) => cropSumShape(name, a!, b!, { offset }),
    lower: (ctx, t, { offset }) => cropSum(ctx, { a: t.inputs[0]!, b: t.inputs[1]!, y: t.y }, { offset }),
  },
  resize: {
    shape: (name, [x], options) => resizeShape(name, x!, options),
    coords: ([x], options) => resizedCoords(x!, options),
    reach: resizeReach,
    lower: (ctx, t, options) => resize(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  resize_to: {
    reads: 1,
    shape: (name, [x, like], options) => resizeShape(name, x!, { ...options, size: like! }),
    // The scale is that of two sizes, which differ from run to run.
    coords: () => null,
    reach: resizeToReach,
    lower: (ctx, t, options) => resize(ctx, { x: t.inputs[0]!, y: t.y }, { ...options, size: t.y.shape }),
  },
  concat: {
    channels: (inputs, { axis = 'c' }) => (axis === 'c' ? inputs.reduce((a, b) => a + b, 0) : inputs[0]!),
    shape: concatShape,
    // Cells that follow those of another map lie nowhere over the image.
    coords: (maps, { axis = 'c' }) => (axis === 'c' ? meet(maps) : null),
    reach: ({ axis = 'c' }, where) => acrossReach([axis], where),
    lower: (ctx, t, options) => concat(ctx, { xs: t.inputs, y: t.y }, options),
  },
};
