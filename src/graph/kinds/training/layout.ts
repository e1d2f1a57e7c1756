import { padTables } from '../../../lower/gather_tables.js';
import type { Interpolation } from '../../../lower/resize_table.js';
import { bilinearGradient } from '../../../ops/conv_transpose2d_bilinear.js';
import { gather } from '../../../ops/gather.js';
import { type ResizeOptions, resizeGradient } from '../../../ops/resize.js';
import type { Pair } from '../../../shape.js';
import type { Kinds } from '../../node.js';
import type { FilterAttrs } from '../filter.js';

/** Gradients of layers that move values. */
export interface LayoutTrainingAttrs {
  /** Reads dy; x lends its size. */
  crop_gradient: { readonly offset: Pair };
  /** Reads dy; x lends its size. `crop` as in the layer, where a crop behind it is merged. */
  upsample_gradient: FilterAttrs['upsample'];
  /** Read dy; x lends its size. */
  resize_gradient: ResizeOptions;
  resize_to_gradient: Interpolation;
}

export const LAYOUT_TRAINING_KINDS: Kinds<LayoutTrainingAttrs> = {
  crop_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower(ctx, { inputs: [dy], y: dx }, { offset: [top, left] }) {
      const { h, w } = dy!.shape;
      const [bottom, right] = [dx.shape.h - h - top, dx.shape.w - w - left];
      const pads = {
        mode: 'constant',
        value: 0,
        before: [0, 0, top, left],
        after: [0, 0, bottom, right],
      } as const;
      return gather(ctx, { x: dy!, y: dx }, padTables(ctx.op, dy!.shape, pads));
    },
  },
  upsample_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [dy], y: dx }, { options, crop: offset }) =>
      bilinearGradient(
        ctx,
        { dy: dy!, dx },
        { ...options, ...(offset && { crop: { offset, size: dy!.shape } }) },
      ),
  },
  resize_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [dy], y: dx }, options) => resizeGradient(ctx, { dy: dy!, dx }, options),
  },
  resize_to_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [dy], y: dx }, options) =>
      resizeGradient(ctx, { dy: dy!, dx }, { ...options, size: dy!.shape }),
  },
};
