import { ShapeError } from '../../../errors.js';
import { type Lowering, type Operand, whole } from '../../../lower/lowering.js';
import {
  type BatchNormOptions,
  batchNorm,
  batchNormGradient,
  batchNormProduct,
} from '../../../ops/batch_norm_training.js';
import { binary } from '../../../ops/binary.js';
import { reduce } from '../../../ops/reduce.js';
import { sum } from '../../../ops/sum.js';
import { blocks, type Shape, sameShape, tensorBytes } from '../../../shape.js';
import type { Kinds } from '../../node.js';
import { same } from '../rules.js';

/** Batch norm over maps, and what sums and spreads. Vectors per channel are maps [1, C, 1, 1]. */
export interface StatisticsTrainingAttrs {
  /** Reads x and its mean; gives the mean of the squares about it, per channel. */
  variance: Record<never, never>;
  /** Reads x, mean, variance, gamma, beta. */
  batch_norm_given: BatchNormOptions;
  /** Reads x, dy, mean, variance; sums over pixels to dgamma. */
  batch_norm_product: BatchNormOptions;
  /** Reads x, dy, mean, variance, gamma, dgamma, dbeta. */
  batch_norm_gradient: BatchNormOptions;
  /** Reads d, summed along the axes on which the second input, which lends its size, has size 1. */
  sum_to: Record<never, never>;
  /** Reads d, repeated along axes of size 1 to the size that the second input lends; `mean` divides by how often. */
  spread: { readonly mean: boolean };
}

const AXES = ['w', 'h', 'n', 'c'] as const;

const vector = <B>(t: Operand<B> | undefined) => whole(t!.buffer, 16 * blocks(t!.shape.c));

const size = ({ n, c, h, w }: Shape): number => n * c * h * w;

/** A map of one number. */
function one<B>(ctx: Lowering<B>, value: number): Operand<B> {
  const { buffer } = ctx.constant(Float32Array.of(value, 0, 0, 0));
  return { buffer, shape: { n: 1, c: 1, h: 1, w: 1 }, elem: 'f32' };
}

export const STATISTICS_TRAINING_KINDS: Kinds<StatisticsTrainingAttrs> = {
  variance: {
    shape: (_name, [, mean]) => mean!,
    coords: () => null,
    lower(ctx, { inputs: [x, mean], y }) {
      const { shape } = x!;
      // A value alone is its own mean, and what follows would not depend on it.
      if (size(shape) === y.shape.c)
        throw new ShapeError(`${ctx.op}: of one value in each channel, should be of more: a larger batch`);
      const map = (s: Shape): Operand<typeof y.buffer> => {
        return { buffer: ctx.scratch(tensorBytes(s, 'f32')), shape: s, elem: 'f32' };
      };
      const [centred, squares] = [map(shape), map(y.shape)];
      const share = y.shape.c / size(shape);
      return [
        ...binary(ctx, { a: x!, b: mean!, y: centred }, 'sub'),
        ...reduce(ctx, { x: centred, y: squares }, { op: 'sum_square', axes: ['w', 'h', 'n'] }),
        ...sum(ctx, { xs: [squares], y }, { coefficients: [share] }),
      ];
    },
  },
  batch_norm_given: {
    shape: same,
    coords: () => null,
    lower(ctx, { inputs: [x, ...given], y }, o) {
      const [mean, variance, gamma, beta] = given.map(vector);
      return batchNorm(ctx, { x: x!, mean: mean!, variance: variance!, gamma: gamma!, beta: beta!, y }, o);
    },
  },
  batch_norm_product: {
    shape: same,
    coords: () => null,
    lower(ctx, { inputs: [x, dy, ...given], y }, o) {
      const [mean, variance] = given.map(vector);
      const t = { x: x!, dy: dy!, mean: mean!, variance: variance!, gamma: mean!, y };
      return batchNormProduct(ctx, t, o);
    },
  },
  batch_norm_gradient: {
    shape: same,
    coords: () => null,
    lower(ctx, { inputs: [x, dy, ...given], y }, o) {
      const [mean, variance, gamma, dgamma, dbeta] = given.map(vector);
      const vectors = { mean: mean!, variance: variance!, gamma: gamma!, dgamma: dgamma!, dbeta: dbeta! };
      return batchNormGradient(ctx, { x: x!, dy: dy!, ...vectors, y }, o);
    },
  },
  sum_to: {
    reads: 1,
    channels: ([, like]) => like!,
    shape: (_name, [, like]) => like!,
    coords: () => null,
    lower(ctx, { inputs: [d], y }) {
      if (sameShape(d!.shape, y.shape)) return sum(ctx, { xs: [d!], y });
      const axes = AXES.filter((axis) => d!.shape[axis] !== y.shape[axis]);
      return reduce(ctx, { x: d!, y }, { op: 'sum', axes });
    },
  },
  spread: {
    reads: 1,
    channels: ([, like]) => like!,
    shape: (_name, [, like]) => like!,
    coords: () => null,
    lower(ctx, { inputs: [d], y }, { mean }) {
      const factor = mean ? size(d!.shape) / size(y.shape) : 1;
      return binary(ctx, { a: d!, b: one(ctx, factor), y }, 'mul');
    },
  },
};
