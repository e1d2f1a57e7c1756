import type { Activation } from '../../ops/activation.js';
import type { PixelAttrs } from '../kinds/pixel.js';
import { CHANNELS, CONSTANT, MOST_INPUTS } from './bounds.js';
import { type Check, flag, list, object, optional, record, word, wrong } from './check.js';
import type { Forms } from './form.js';

/** The constants of each function of one value. */
const ACTIVATIONS: {
  readonly [K in Activation['kind']]: Check<Extract<Activation, { readonly kind: K }>>;
} = {
  relu: record({ kind: word({ relu: true }), slope: optional(CONSTANT) }),
  sigmoid: record({ kind: word({ sigmoid: true }) }),
  clip: record({ kind: word({ clip: true }), min: optional(CONSTANT), max: optional(CONSTANT) }),
};

const activation: Check<Activation> = (value, at) => {
  const { kind } = object(value, at);
  const form = Object.entries(ACTIVATIONS).find(([name]) => name === kind)?.[1];
  return form?.(value, at) ?? wrong(kind, `${at}.kind`, `one of ${Object.keys(ACTIVATIONS).join(', ')}`);
};

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
    attrs: record({ coefficients: optional(list(CONSTANT, MOST_INPUTS)) }),
  },
};
