// Losses and norms as training has them, and their gradients.
import { backward } from '../../src/graph/backward.js';
import * as reference from '../reference/gradients.js';
import { bilinearGradient, filterGradient, inputGradient, poolGradient } from './backward.js';
import { type Case, product, sumTolerance } from './case.js';
import { graphCase } from './graph_case.js';
import { type Size, shapeOf } from './maps.js';

const IGNORE = 255;

/** Labels of [-1, 1): one in 16 does not count. */
const labels = (values: Float32Array, classes: number): Float32Array =>
  values.map((v) => (v >= 0.875 ? IGNORE : Math.floor(((v + 1) / 1.875) * classes)));

/** WGSL lets exp be off by 3 + 2|x| units in the last place and log by 2^-21 near 1. */
const SOFTMAX_TOLERANCE = 2 ** -20;

/** The sums of the softmax loss over all pixels: of losses, of pixels that count, of two kinds that are wrong. */
export function loss(name: string, x: Size): Case {
  const xs = shapeOf(x);
  const { n, c, h, w } = xs;
  return graphCase({
    name: `softmax_loss: ${name}`,
    op: 'softmax_loss',
    inputs: { x: [...x], label: [n, 1, h, w] },
    outputs: [[1, 4, 1, 1]],
    tolerance: SOFTMAX_TOLERANCE + sumTolerance(n * h * w),
    flops: 0,
    operands: ({ x, label }) => ({ x: x!, label: labels(label!, c) }),
    add(g, { x, label }) {
      const cells = g.add('softmax_loss', 'cells', [x!, label!], { ignore: IGNORE });
      return [g.add('reduce', 'sums', [cells], { op: 'sum', axes: ['w', 'h', 'n'] })];
    },
    reference: ({ x, label }) => [Float64Array.of(...reference.softmaxLoss(x!, label!, xs, IGNORE), 0, 0)],
  });
}

/** dx of the mean loss, from scores, labels, and the sums of the loss. */
export function lossGradient(name: string, x: Size): Case {
  const xs = shapeOf(x);
  const { n, c, h, w } = xs;
  return graphCase({
    name: `softmax_loss_gradient: ${name}`,
    op: 'softmax_loss_gradient',
    inputs: { x: [...x], label: [n, 1, h, w], sums: [1, 4, 1, 1] },
    outputs: [x],
    tolerance: SOFTMAX_TOLERANCE,
    flops: 0,
    layer: { op: 'softmax_loss_gradient', x: xs, y: xs, ignore: IGNORE },
    operands({ x, label: values }) {
      const label = labels(values!, c);
      const sums = Float32Array.of(...reference.softmaxLoss(x!, label, xs, IGNORE), 0, 0);
      return { x: x!, label, sums };
    },
    add: (g, { x, label, sums }) => [
      g.add('softmax_loss_gradient', 'dx', [x!, label!, sums!], { ignore: IGNORE, normalization: 'VALID' }),
    ],
    reference: ({ x, label }) => [reference.softmaxLossGradient(x!, label!, xs, IGNORE)],
  });
}

const EPSILON = 1e-5;
const AXES = ['w', 'h', 'n'] as const;

/** A batch norm as training has it: by the statistics of the batch. */
export function norm(name: string, x: Size): Case {
  const xs = shapeOf(x);
  return graphCase({
    name: `batch_norm: ${name}`,
    op: 'batch_norm',
    inputs: { x: [...x], gamma: [xs.c], beta: [xs.c] },
    outputs: [x],
    tolerance: sumTolerance(xs.n * xs.h * xs.w),
    // Of the mean 1 a value, of the variance 3, of the norm 4.
    flops: 8 * product(x),
    layer: { op: 'batch_norm', x: xs, y: xs, epsilon: EPSILON },
    add(g, { x, gamma, beta }) {
      const mean = g.add('reduce', 'mean', [x!], { op: 'mean', axes: AXES });
      const variance = g.add('variance', 'variance', [x!, mean], {});
      const inputs = [x!, mean, variance, gamma!, beta!];
      return [g.add('batch_norm_given', 'y', inputs, { epsilon: EPSILON, frozen: false })];
    },
    reference: ({ x, gamma, beta }) => [reference.batchNorm(x!, gamma!, beta!, xs, EPSILON)],
  });
}

/** Its gradients by x, gamma and beta, from x, the batch's statistics, gamma and dy. */
export function normGradient(name: string, x: Size): Case {
  const xs = shapeOf(x);
  const { c } = xs;
  return graphCase({
    name: `batch_norm_gradient: ${name}`,
    op: 'batch_norm_gradient',
    inputs: { x: [...x], mean: [c], variance: [c], gamma: [c], dy: [...x] },
    like: { beta: { n: 1, c, h: 1, w: 1 } },
    outputs: [x, [c], [c]],
    tolerance: sumTolerance(xs.n * xs.h * xs.w),
    // Of dgamma 4 a value, of dbeta 1, of dx 6.
    flops: 11 * product(x),
    operands({ x, ...given }) {
      const { mean, variance } = reference.statistics(x!, xs);
      return { ...given, x: x!, mean: Float32Array.from(mean), variance: Float32Array.from(variance) };
    },
    add(g, { x, mean, variance, gamma, beta, dy }) {
      const inputs = [x!, mean!, variance!, gamma!, beta!];
      const y = g.add('batch_norm_given', 'y', inputs, { epsilon: EPSILON, frozen: false });
      const found = backward(g, new Map([[y, dy!]]), new Set([x!, gamma!, beta!]));
      return [x!, gamma!, beta!].map((of) => found.get(of)!);
    },
    reference({ x, gamma, dy }) {
      const { dx, dgamma, dbeta } = reference.batchNormGradient(x!, gamma!, dy!, xs, EPSILON);
      return [dx, dgamma, dbeta];
    },
  });
}

/** Operators of training with twins of their own, small and of odd sizes. */
export const trainingCases: readonly Case[] = [
  ...[inputGradient, filterGradient].flatMap((gradient) => [
    gradient({
      name: '3x3 of 16 channels',
      x: [1, 16, 13, 17],
      out: 24,
      kernel: [3, 3],
      options: { pad: 1 },
    }),
    gradient({
      name: '3x2 by 2, a batch, channels that fill no block, padding of its own on each side',
      x: [2, 7, 12, 11],
      out: 9,
      kernel: [3, 2],
      options: { stride: 2, dilation: [1, 2], pad: [1, 0, 2, 1] },
    }),
  ]),
  poolGradient('2x2 by 2 rounded up', [2, 7, 15, 13], { kernel: 2, stride: 2, ceil: true }),
  poolGradient('3x3 by 2, windows overlap', [1, 8, 17, 16], { kernel: 3, stride: 2, pad: 1 }),
  bilinearGradient('16x16 by 8', [2, 5, 6, 7], { kernel: 16, stride: 8 }),
  loss('21 classes', [2, 21, 13, 11]),
  lossGradient('21 classes', [2, 21, 13, 11]),
  norm('a batch, channels that fill no block', [2, 7, 13, 11]),
  normGradient('a batch, channels that fill no block', [2, 7, 13, 11]),
];
