import type { Engine } from '../engine/engine.js';
import type { Recording } from '../engine/recording.js';
import { download, empty, free, type Tensor, upload } from '../engine/tensor.js';
import { tensorData } from '../graph/load.js';
import type { RunResult } from '../graph/net_options.js';
import { batchMean, batchVariance } from '../graph/trainable.js';
import { sum } from '../ops/sum.js';
import type { Weights } from '../weights/weights.js';

/** Share of a batch in the running statistics. */
const MOMENTUM = 0.1;

interface Running {
  readonly mean: Tensor<'f32'>;
  readonly variance: Tensor<'f32'>;
}

/**
 * Running statistics of the batch norms that take those of each batch while they learn. They change with the step:
 * what its batches found counts from `commit` on.
 */
export class RunningStatistics {
  readonly #engine: Engine;
  readonly #norms = new Map<string, Running>();
  /** Of the step under way. */
  readonly #next = new Map<string, Running>();
  /** What batches of the step under way have replaced, and may still be recorded but not submitted. */
  readonly #replaced: Tensor<'f32'>[] = [];

  constructor(engine: Engine, norms: readonly string[], weights: Weights) {
    this.#engine = engine;
    for (const name of norms) {
      const c = weights.get(`${name}.running_mean`)?.data.length ?? 0;
      const read = (part: string) =>
        upload(
          engine,
          tensorData(weights, `${name}.${part}`, c),
          { n: 1, c, h: 1, w: 1 },
          'f32',
          `${name}.${part}`,
        ) as Tensor<'f32'>;
      this.#norms.set(name, { mean: read('running_mean'), variance: read('running_var') });
    }
  }

  /**
   * Records that a tenth of what a run found counts; its variances as estimates for more than the batch, by
   * count / (count - 1).
   */
  update(r: Recording, { plan, outputs }: Pick<RunResult, 'plan' | 'outputs'>): void {
    for (const [name, before] of this.#norms) {
      const last = this.#next.get(name);
      const { mean, variance } = last ?? before;
      const { n, h, w } = plan.steps.find((step) => step.map === name)!.shape;
      const count = n * h * w;
      const mixed = (old: Tensor<'f32'>, found: string, factor: number): Tensor<'f32'> => {
        const y = empty(this.#engine, old.shape, 'f32', name);
        const xs = [old, outputs[found] as Tensor<'f32'>];
        r.add(sum(r.lowering(name, 'f32'), { xs, y }, { coefficients: [1 - MOMENTUM, MOMENTUM * factor] }));
        return y;
      };
      this.#next.set(name, {
        mean: mixed(mean, batchMean(name), 1),
        variance: mixed(variance, batchVariance(name), count / Math.max(1, count - 1)),
      });
      if (last) this.#replaced.push(last.mean, last.variance);
    }
  }

  /** Ends a step: what its batches found counts. */
  commit(): void {
    for (const [name, { mean, variance }] of this.#next) {
      const before = this.#norms.get(name)!;
      this.#norms.set(name, { mean, variance });
      this.#replaced.push(before.mean, before.variance);
    }
    this.#end();
  }

  /** Ends a step that did not come to its end. */
  discard(): void {
    for (const { mean, variance } of this.#next.values()) this.#replaced.push(mean, variance);
    this.#end();
  }

  #end(): void {
    free(...this.#replaced.splice(0));
    this.#next.clear();
  }

  /** The statistics as they are now, by the names of the net's tensors. */
  get tensors(): Record<string, Tensor<'f32'>> {
    return Object.fromEntries(
      [...this.#norms].flatMap(([name, { mean, variance }]) => [
        [`${name}.running_mean`, mean],
        [`${name}.running_var`, variance],
      ]),
    );
  }

  /** The same on the host. */
  async download(): Promise<Map<string, Float32Array>> {
    const found = new Map<string, Float32Array>();
    for (const [name, { mean, variance }] of this.#norms) {
      found.set(`${name}.running_mean`, await download(this.#engine, mean));
      found.set(`${name}.running_var`, await download(this.#engine, variance));
    }
    return found;
  }

  dispose(): void {
    this.discard();
    for (const { mean, variance } of this.#norms.values()) free(mean, variance);
  }
}
