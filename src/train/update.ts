import type { Recording } from '../engine/recording.js';
import type { Tensor } from '../engine/tensor.js';
import { reduce } from '../ops/reduce.js';
import { sgd } from '../ops/sgd.js';
import { accumulate, sum } from '../ops/sum.js';
import type { Rate, SolverSettings } from './solver.js';

/** A tensor that learns, all in f32 and of one shape. */
export interface Learner {
  readonly name: string;
  readonly rate: Rate;
  readonly value: Tensor<'f32'>;
  readonly history: Tensor<'f32'>;
  /** What the batches of a step add up to. */
  readonly gradient: Tensor<'f32'>;
}

/** The squared norm of all gradients together, [1, 1, 1, 1]. */
function squaredNorm(r: Recording, learners: readonly Learner[]): Tensor<'f32'> {
  const ctx = r.lowering('clip', 'f32');
  const single = { n: 1, c: 1, h: 1, w: 1 };
  const one = (): Tensor<'f32'> => ({ buffer: r.temporary(16, 'squares'), shape: single, elem: 'f32' });
  const squares = learners.map(({ gradient }) => {
    const y = one();
    r.add(reduce(ctx, { x: gradient, y }, { op: 'sum_square', axes: ['w', 'h', 'n', 'c'] }));
    return y;
  });
  const total = one();
  r.add(sum(ctx, { xs: squares, y: total }));
  return total;
}

/** Adds a batch's gradient to those of the batches before it. */
export const addGradient = (r: Recording, learner: Learner, batch: Tensor<'f32'>): void =>
  r.add(accumulate(r.lowering(learner.name, 'f32'), { x: batch, y: learner.gradient }));

/** One step of the solver for all tensors, at this rate: Caffe's order of clipping, scaling and decay. */
export function update(r: Recording, learners: readonly Learner[], s: SolverSettings, rate: number): void {
  const square = s.clipGradients === null ? null : squaredNorm(r, learners);
  for (const { name, rate: own, value, history, gradient } of learners)
    r.add(
      sgd(
        r.lowering(name, 'f32'),
        { w: value, history, gradient, square },
        {
          rate: rate * own.lr,
          decay: s.weightDecay * own.decay,
          momentum: s.momentum,
          nesterov: s.nesterov,
          scale: 1 / s.iterSize,
          clip: s.clipGradients,
        },
      ),
    );
}
