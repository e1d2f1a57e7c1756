import type { FilterShape } from '../../lower/filter.js';
import type { FilterAttrs } from '../kinds/filter.js';
import { CHANNELS, EXTENT, PADDING, PLACE, WINDOW } from './bounds.js';
import { edges, flag, optional, pairOf, record, sides } from './check.js';
import type { Forms } from './form.js';

const filter = record<FilterShape>({
  out: CHANNELS,
  in: CHANNELS,
  kernel: pairOf(WINDOW),
  groups: CHANNELS,
  transposed: flag,
});

const transposed = {
  stride: optional(sides(WINDOW)),
  pad: optional(edges(PADDING)),
  outputPad: optional(sides(PADDING)),
};

export const FILTER_FORMS: Forms<FilterAttrs> = {
  conv2d: {
    inputs: 1,
    attrs: record({
      filter,
      options: record({
        stride: optional(sides(WINDOW)),
        dilation: optional(sides(WINDOW)),
        pad: optional(edges(PADDING)),
        relu: optional(flag),
        pool: optional(record<{ readonly ceil: boolean }>({ ceil: flag })),
      }),
      bias: flag,
    }),
  },
  conv_transpose2d: {
    inputs: 1,
    attrs: record({
      filter,
      options: record({ ...transposed, dilation: optional(sides(WINDOW)), relu: optional(flag) }),
      bias: flag,
      crop: optional(pairOf(PLACE)),
    }),
  },
  upsample: {
    inputs: 1,
    attrs: record({
      options: record({ ...transposed, kernel: sides(WINDOW) }),
      crop: optional(pairOf(PLACE)),
      labels: optional(flag),
    }),
  },
  inner_product: {
    inputs: 1,
    attrs: record({
      x: record({ c: CHANNELS, h: EXTENT, w: EXTENT }),
      out: CHANNELS,
      bias: flag,
      relu: flag,
    }),
  },
};
