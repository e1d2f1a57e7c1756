import type { PixelAttrs } from '../kinds/pixel.js';
import { activation } from './activation.js';
import { CHANNELS, CONSTANT, MOST_INPUTS } from './bounds.js';
import { flag, list, optional, record } from './check.js';
import type { Forms } from './form.js';

export const PIXEL_FORMS: Forms<PixelAttrs> = {
  activation: { inputs: 1, attrs: activation },
  prelu: { inputs: 1, attrs: record({ channels: CHANNELS }) },
  scale: { inputs: 1, attrs: record({ channels: CHANNELS, bias: flag }) },
  batch_norm: { inputs: 1, attrs: record({ channels: CHANNELS, epsilon: CONSTANT }) },
  lrn: {
    inputs: 1,
    attrs: record({ size: CHANNELS, alpha: CONSTANT, beta: CONSTANT, k: optional(CONSTANT) }),
  },
  softmax: { inputs: 1, attrs: record({ log: optional(flag) }) },
  sum: {
    inputs: [1, MOST_INPUTS],
    attrs: record({ coefficients: optional(list(CONSTANT, MOST_INPUTS)), relu: optional(flag) }),
  },
};
