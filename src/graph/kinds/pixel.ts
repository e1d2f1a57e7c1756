import { type Activation, activation } from '../../ops/activation.js';
import { batchNormScale } from '../../ops/batch_norm.js';
import { type LrnOptions, lrn } from '../../ops/lrn.js';
import { prelu } from '../../ops/prelu.js';
import { scale } from '../../ops/scale.js';
import { type SoftmaxOptions, softmax } from '../../ops/softmax.js';
import { type SumOptions, sum, sumShape } from '../../ops/sum.js';
import type { Kinds } from '../node.js';
import { cellReach } from './reach.js';
import { biasVector, meet, same } from './rules.js';

/** Layers that look at one pixel at a time. */
export interface PixelAttrs {
  activation: Activation;
  prelu: { readonly channels: number };
  scale: { readonly channels: number; readonly bias: boolean };
  /** With stored statistics. */
  batch_norm: { readonly channels: number; readonly epsilon: number };
  lrn: LrnOptions;
  softmax: SoftmaxOptions;
  sum: SumOptions;
}

export const PIXEL_KINDS: Kinds<PixelAttrs> = {
  activation: {
    shape: same,
    reach: cellReach,
    lower: (ctx, t, f) => activation(ctx, { x: t.inputs[0]!, y: t.y }, f),
  },
  prelu: {
    shape: same,
    reach: cellReach,
    vectors: ({ channels }) => ({ weight: channels }),
    lower: (ctx, t) => prelu(ctx, { x: t.inputs[0]!, slope: t.vectors.weight!, y: t.y }),
  },
  scale: {
    shape: same,
    reach: cellReach,
    vectors: ({ channels, bias }) => ({ weight: channels, ...biasVector(channels, bias) }),
    lower: (ctx, t) =>
      scale(ctx, { x: t.inputs[0]!, s: t.vectors.weight!, b: t.vectors.bias ?? null, y: t.y }),
  },
  batch_norm: {
    shape: same,
    reach: cellReach,
    vectors: ({ channels }) => ({
      weight: channels,
      bias: channels,
      running_mean: channels,
      running_var: channels,
    }),
    statistics: ['running_mean', 'running_var'],
    derived: {
      vectors: ({ channels }) => ({ weight: channels, bias: channels }),
      values({ epsilon }, { weight, bias, running_mean, running_var }) {
        const folded = batchNormScale(weight!, bias!, running_mean!, running_var!, epsilon);
        return { weight: folded.scale, bias: folded.bias };
      },
    },
    lower: (ctx, t) => scale(ctx, { x: t.inputs[0]!, s: t.vectors.weight!, b: t.vectors.bias!, y: t.y }),
  },
  lrn: {
    shape: same,
    reach: cellReach,
    lower: (ctx, t, options) => lrn(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  softmax: {
    shape: same,
    reach: cellReach,
    lower: (ctx, t, options) => softmax(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  sum: {
    shape: (name, xs, options) => sumShape(name, xs, options),
    coords: meet,
    reach: cellReach,
    lower: (ctx, t, options) => sum(ctx, { xs: t.inputs, y: t.y }, options),
  },
};
