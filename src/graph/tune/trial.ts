import type { Elem } from '../../dispatch.js';
import type { Engine } from '../../engine/engine.js';
import { download, free, type Tensor, upload } from '../../engine/tensor.js';
import type { Algorithm } from '../../lower/algorithms.js';
import { tuningOf } from '../../lower/tuning.js';
import type { Shape } from '../../shape.js';
import type { Net } from '../net.js';
import type { CompileOptions } from '../net_options.js';
import type { Sample } from './samples.js';

/** A tensor with the device's verdict on it. */
export const uploaded = (engine: Engine, data: Float32Array, shape: Shape, elem: Elem): Promise<Tensor> =>
  engine.scoped('tune', data.byteLength, () => upload(engine, data, shape, elem, 'tune'), free);

/** A sample that runs by one algorithm. */
export class Trial {
  readonly algorithm: Algorithm;
  /** Milliseconds of the first launch, which also compiles. */
  firstMs = 0;
  readonly #engine: Engine;
  readonly #net: Net;
  readonly #x: Tensor;
  readonly #y: Tensor;

  private constructor(algorithm: Algorithm, engine: Engine, net: Net, x: Tensor, y: Tensor) {
    this.algorithm = algorithm;
    this.#engine = engine;
    this.#net = net;
    this.#x = x;
    this.#y = y;
  }

  /**
   * Compiles a sample so that it takes this algorithm, with an output that holds no number yet.
   * @param x the input, which stays the caller's.
   */
  static async prepare(
    algorithm: Algorithm,
    engine: Engine,
    sample: Sample,
    x: Tensor,
    options: Omit<CompileOptions, 'tuning'>,
  ): Promise<Trial> {
    const forced = { [sample.own]: { ms: { [algorithm]: 1 }, pixels: 1, netPixels: 1 } };
    const tuning = tuningOf(engine.adapter, forced);
    const net: Net = await engine.compile(sample.graph, { ...options, tuning });
    try {
      await net.prepare(sample.x, { encode: true });
      const { n, c, h, w } = sample.y;
      const poison = new Float32Array(n * c * h * w).fill(Number.NaN);
      const y = await uploaded(engine, poison, sample.y, x.elem);
      return new Trial(algorithm, engine, net, x, y);
    } catch (error) {
      net.dispose();
      throw error;
    }
  }

  /** Milliseconds of a launch, over so many in one submit. */
  sample = async (count: number): Promise<number> => {
    const { device } = this.#engine;
    const releases: (() => void)[] = [];
    try {
      const commands = await this.#engine.scoped('tune', 0, () => {
        const encoder = device.createCommandEncoder();
        for (let i = 0; i < count; i++) releases.push(this.#net.encode(encoder, this.#x, { y: this.#y }));
        return encoder.finish();
      });
      const start = performance.now();
      const done = await this.#engine.scoped('tune', 0, () => {
        device.queue.submit([commands]);
        return [device.queue.onSubmittedWorkDone()];
      });
      await this.#engine.alive(Promise.all(done));
      return (performance.now() - start) / count;
    } finally {
      for (const release of releases) release();
    }
  };

  /** What the first launch gives. */
  async firstOutput(): Promise<Float32Array> {
    this.firstMs = await this.sample(1);
    return download(this.#engine, this.#y);
  }

  dispose(): void {
    free(this.#y);
    this.#net.dispose();
  }
}
