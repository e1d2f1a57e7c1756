import { ShapeError } from '../errors.js';
import { type Augmentation, augmented, batchOf, type Example } from './example.js';
import { type Order, ordered } from './order.js';
import type { Trainer } from './trainer.js';
import type { Batch, StepResult, TrainerState } from './trainer_options.js';

/** Examples by number, in the order in which the split lists them. */
export interface Examples {
  readonly count: number;
  load(i: number): Promise<Example>;
}

/** A step that is done. */
export interface FitStep {
  /** Steps done of all. */
  readonly done: number;
  readonly total: number;
  readonly rate: number;
  /** Losses of all heads added, as the recipe normalises them. */
  readonly loss: number;
  /** The mean of the last `LOSS_WINDOW` losses: Caffe's average_loss. */
  readonly meanLoss: number;
  /** Of this step, its batches read and its loss known. */
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Seconds that the rest will take at this pace, tests not counted. */
  readonly secondsLeft: number;
}

export interface FitOptions {
  /** Steps in all, those before a resume counted. */
  readonly iterations: number;
  /** Images of each batch; all of one size where it is above 1. */
  readonly batch: number;
  readonly order: Order;
  readonly augmentation?: Augmentation;
  /** Of the order and the augmentation; the trainer has its own. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: FitStep) => void;
  /** Tests the net every so many steps, and after the last. */
  readonly testEvery?: number;
  readonly test?: (iteration: number) => Promise<void>;
  /** Keeps the state every so many steps, after the last, and when the run is stopped. */
  readonly keepEvery?: number;
  readonly keep?: (state: TrainerState) => Promise<void>;
}

/** Steps whose losses are averaged for a report. */
export const LOSS_WINDOW = 20;

/**
 * Trains for the steps that are left. What is drawn depends on the seed and the step alone, so a run that goes on
 * from a kept state makes the same steps as one that was never stopped.
 * @throws ShapeError where a loss is no number; the signal's reason when it aborts, after the state was kept
 */
export async function fit(trainer: Trainer, examples: Examples, o: FitOptions): Promise<void> {
  const { iterations, batch, signal } = o;
  const { iterSize } = trainer.settings;
  for (const [what, value] of Object.entries({ iterations, batch }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new ShapeError(`fit: ${what} ${value}, should be a positive integer`);
  const at = ordered(o.order, examples.count, o.seed);
  const example = async (position: number): Promise<Example> =>
    augmented(await examples.load(at(position)), o.augmentation ?? {}, o.seed, position);
  const batches = (iteration: number): Promise<Batch[]> =>
    Promise.all(
      Array.from({ length: iterSize }, async (_, k) => {
        const first = (iteration * iterSize + k) * batch;
        return batchOf(await Promise.all(Array.from({ length: batch }, (_, i) => example(first + i))));
      }),
    );

  const losses: number[] = [];
  let last = performance.now();
  let perStep = 0;
  const report = (step: StepResult, loss: number, took: number) => {
    perStep = perStep === 0 ? took : 0.9 * perStep + 0.1 * took;
    losses.push(loss);
    if (losses.length > LOSS_WINDOW) losses.shift();
    o.onStep?.({
      done: step.iteration + 1,
      total: iterations,
      rate: step.rate,
      loss,
      meanLoss: losses.reduce((a, b) => a + b, 0) / losses.length,
      seconds: took / 1000,
      imagesPerSecond: (1000 * iterSize * batch) / perStep,
      secondsLeft: ((iterations - step.iteration - 1) * perStep) / 1000,
    });
  };

  // A state whose last loss is unknown or no number is not kept.
  let known = true;
  let next = trainer.iteration < iterations ? batches(trainer.iteration) : null;
  try {
    while (next) {
      signal?.throwIfAborted();
      const now = await next;
      const { iteration } = trainer;
      // The next batch is read while this one computes.
      next = iteration + 1 < iterations ? batches(iteration + 1) : null;
      next?.catch(() => {});
      const step = await trainer.step(now, signal ? { signal } : {});
      known = false;
      const loss = await step.loss;
      known = true;
      report(step, loss, performance.now() - last);
      const due = (every?: number) => every !== undefined && (iteration + 1) % every === 0;
      if (o.test && (due(o.testEvery) || !next)) await o.test(iteration + 1);
      if (o.keep && (due(o.keepEvery) || !next)) await o.keep(await trainer.state());
      last = performance.now();
    }
  } catch (error) {
    if (signal?.aborted && known && o.keep) await o.keep(await trainer.state());
    throw error;
  }
}
