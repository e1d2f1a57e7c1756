import type { Engine } from '../engine/engine.js';
import { encode } from '../gpu/encode.js';
import { timestampQuantum } from '../gpu/timer.js';
import type { Step } from './plan.js';
import type { Launch } from './program.js';
import type { LayerTime } from './submit.js';

/** Most passes of one query set: the limit of 4096 queries, two a pass. */
const MOST_PASSES = 2048;

const quanta = new WeakMap<GPUDevice, Promise<number | null>>();

/** Step of a device's timestamps in milliseconds, measured once. */
async function resolution(device: GPUDevice): Promise<number | null> {
  let quantum = quanta.get(device);
  if (!quantum) {
    quantum = timestampQuantum(device);
    quanta.set(device, quantum);
  }
  const ns = await quantum;
  return ns === null ? null : ns / 1e6;
}

/** Timestamps around each pass, and the layers that the passes belong to. */
export class Profile {
  readonly #engine: Engine;
  readonly #queries: GPUQuerySet | null;
  readonly #resolved: GPUBuffer | null;
  readonly #steps: number[] = [];

  constructor(engine: Engine, passes: number) {
    this.#engine = engine;
    const { device } = engine;
    const count = 2 * Math.min(passes, MOST_PASSES);
    const can = engine.features.has('timestamps');
    this.#queries = can ? device.createQuerySet({ type: 'timestamp', count }) : null;
    const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
    this.#resolved = can ? device.createBuffer({ label: 'timestamps', size: 8 * count, usage }) : null;
  }

  /** Where the next pass, one of this step's, writes its times. */
  pass(step: number): GPUComputePassTimestampWrites | undefined {
    const index = this.#steps.length;
    if (!this.#queries || index >= MOST_PASSES) return undefined;
    this.#steps.push(step);
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * index,
      endOfPassWriteIndex: 2 * index + 1,
    };
  }

  /** Milliseconds of each layer, empty where the device has no timestamps, and their step. */
  async layers(steps: readonly Step[]): Promise<{ layers: LayerTime[]; resolutionMs: number | null }> {
    if (!this.#queries || !this.#resolved) return { layers: [], resolutionMs: null };
    const resolutionMs = await resolution(this.#engine.device);
    const count = 2 * this.#steps.length;
    const [queries, resolved] = [this.#queries, this.#resolved];
    await this.#engine.scoped('profile', 0, () => {
      const encoder = this.#engine.device.createCommandEncoder();
      encoder.resolveQuerySet(queries, 0, count, resolved, 0);
      this.#engine.device.queue.submit([encoder.finish()]);
    });
    const stamps = new BigUint64Array(await this.#engine.readBuffer(resolved, 0, 8 * count));
    const ms = new Array<number>(steps.length).fill(0);
    for (const [i, step] of this.#steps.entries())
      ms[step]! += Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6;
    return {
      layers: steps.map(({ layer, kind, flops }, i) => ({ layer, kind, flops, ms: ms[i]! })),
      resolutionMs,
    };
  }

  dispose(): void {
    this.#queries?.destroy();
    this.#resolved?.destroy();
  }
}

/** Records launches: one pass, or one for each layer where they are timed. */
export function passes(
  encoder: GPUCommandEncoder,
  launches: readonly Launch[],
  profile: Profile | null,
): void {
  const groups: Launch[][] = [];
  for (const launch of launches) {
    const group = groups.at(-1);
    if (group && (!profile || group[0]!.step === launch.step)) group.push(launch);
    else groups.push([launch]);
  }
  for (const group of groups) {
    const timestampWrites = profile?.pass(group[0]!.step);
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    encode(
      pass,
      group.map((l) => l.prepared),
    );
    pass.end();
  }
}
