import { whole } from '../../../lower/lowering.js';
import { type ActivationGradient, activationGradient } from '../../../ops/activation_gradient.js';
import { type DropoutOptions, dropout } from '../../../ops/dropout.js';
import type { LrnOptions } from '../../../ops/lrn.js';
import { lrnGradient } from '../../../ops/lrn_gradient.js';
import { prelu } from '../../../ops/prelu.js';
import { preluGradient } from '../../../ops/prelu_gradient.js';
import type { SoftmaxOptions } from '../../../ops/softmax.js';
import { softmaxGradient } from '../../../ops/softmax_gradient.js';
import { blocks } from '../../../shape.js';
import type { Kinds } from '../../node.js';
import { same } from '../rules.js';

/** Layers that look at one pixel at a time as training has them, and their gradients. */
export interface PixelTrainingAttrs {
  /** Reads y or x, as `from` says, and dy. */
  activation_gradient: ActivationGradient;
  /** Reads y and dy. */
  softmax_gradient: SoftmaxOptions;
  /** Reads x and dy. */
  lrn_gradient: LrnOptions;
  /** Reads x and slopes [1, C, 1, 1]. */
  prelu_given: Record<never, never>;
  /** Reads x, slopes and dy; of the slopes, what sums over pixels to their gradient. */
  prelu_gradient: { readonly of: 'x' | 'slope' };
  /** Reads x and a random counter. It is its own gradient. */
  dropout: DropoutOptions;
}

export const PIXEL_TRAINING_KINDS: Kinds<PixelTrainingAttrs> = {
  activation_gradient: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [v, dy], y: dx }, f) => activationGradient(ctx, { v: v!, dy: dy!, dx }, f),
  },
  softmax_gradient: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [v, dy], y: dx }, o) => softmaxGradient(ctx, { v: v!, dy: dy!, dx }, o),
  },
  lrn_gradient: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [x, dy], y: dx }, o) => lrnGradient(ctx, { x: x!, dy: dy!, dx }, o),
  },
  prelu_given: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [x, slope], y }) =>
      prelu(ctx, { x: x!, slope: whole(slope!.buffer, 16 * blocks(y.shape.c)), y }),
  },
  prelu_gradient: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [x, slope, dy], y }, o) => {
      const slopes = whole(slope!.buffer, 16 * blocks(y.shape.c));
      return preluGradient(ctx, { x: x!, dy: dy!, slope: slopes, y }, o);
    },
  },
  dropout: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [x, counter], y }, o) => dropout(ctx, { x: x!, counter: counter!, y }, o),
  },
};
