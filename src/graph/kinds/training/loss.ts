import {
  LOSS_SUMS,
  type LossGradientOptions,
  type LossOptions,
  softmaxLoss,
  softmaxLossGradient,
  softmaxLossShape,
} from '../../../ops/softmax_loss.js';
import type { Kinds } from '../../node.js';

/** Losses and their gradients. */
export interface LossTrainingAttrs {
  /** Reads scores, labels, and where pixels are drawn a counter. */
  softmax_loss: LossOptions;
  /** Reads scores, labels, the loss's sums over all pixels, and a counter as the loss does. */
  softmax_loss_gradient: LossGradientOptions;
}

export const LOSS_TRAINING_KINDS: Kinds<LossTrainingAttrs> = {
  softmax_loss: {
    channels: () => LOSS_SUMS,
    shape: (name, [x, label], options) => softmaxLossShape(name, x!, label!, options),
    coords: () => null,
    lower: (ctx, { inputs: [x, label, counter], y }, options) =>
      softmaxLoss(ctx, { x: x!, label: label!, counter, y }, options),
  },
  softmax_loss_gradient: {
    shape: (_name, [x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [x, label, totals, counter], y }, options) =>
      softmaxLossGradient(ctx, { x: x!, label: label!, totals: totals!, counter, y }, options),
  },
};
