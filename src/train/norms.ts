import type { Engine } from '../engine/engine.js';
import { recorded } from '../engine/recording.js';
import { download, empty, free, type Tensor, upload } from '../engine/tensor.js';
import { tensorData } from '../graph/load.js';
import type { RunResult } from '../graph/net_options.js';
import { batchMean, batchVariance } from '../graph/trainable.js';
import { sum } from '../ops/sum.js';
import type { Weights } from '../weights/weights.js';

/** Share of a batch in the running statistics. */
const MOMENTUM = 0.1;

interface Running {
  mean: Tensor<'f32'>;
  variance: Tensor<'f32'>;
}

/** Running statistics of the batch norms that take those of each batch while they learn. */
export class RunningStatistics {
  readonly #engine: Engine;
  readonly #norms = new Map<string, Running>();

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

  /** Takes a tenth of what a run found; its variances as estimates for more than the batch, by count / (count - 1). */
  update({ plan, outputs }: Pick<RunResult, 'plan' | 'outputs'>): void {
    for (const [name, running] of this.#norms) {
      const { n, h, w } = plan.steps.find((step) => step.map === name)!.shape;
      const count = n * h * w;
      const mixed = (old: Tensor<'f32'>, found: string, factor: number): Tensor<'f32'> => {
        const y = empty(this.#engine, old.shape, 'f32', name);
        const xs = [old, outputs[found] as Tensor<'f32'>];
        recorded(this.#engine, (r) =>
          r.add(sum(r.lowering(name, 'f32'), { xs, y }, { coefficients: [1 - MOMENTUM, MOMENTUM * factor] })),
        );
        free(old);
        return y;
      };
      running.mean = mixed(running.mean, batchMean(name), 1);
      running.variance = mixed(running.variance, batchVariance(name), count / Math.max(1, count - 1));
    }
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
    for (const { mean, variance } of this.#norms.values()) free(mean, variance);
  }
}
