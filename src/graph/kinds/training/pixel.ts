import { type ActivationGradient, activationGradient } from '../../../ops/activation_gradient.js';
import type { Kinds } from '../../node.js';
import { same } from '../rules.js';

/** Gradients of layers that look at one pixel at a time. */
export interface PixelTrainingAttrs {
  /** Reads y or x, as `from` says, and dy. */
  activation_gradient: ActivationGradient;
}

export const PIXEL_TRAINING_KINDS: Kinds<PixelTrainingAttrs> = {
  activation_gradient: {
    shape: same,
    coords: () => null,
    lower: (ctx, { inputs: [v, dy], y: dx }, f) => activationGradient(ctx, { v: v!, dy: dy!, dx }, f),
  },
};
