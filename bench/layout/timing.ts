import type { Dispatch } from '../../src/dispatch.js';
import type { Engine } from '../../src/engine/engine.js';

/** Milliseconds over the timed rounds. */
export interface Times {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Something to time, and the buffer whose first bytes show that it is done. */
export interface Timed {
  readonly work: (encoder: GPUCommandEncoder) => GPUBuffer | null;
  readonly done: GPUBuffer;
}

export const dispatched = (
  engine: Engine,
  dispatches: readonly Dispatch<GPUBuffer | GPUTextureView>[],
  done: GPUBuffer,
): Timed => ({ work: (encoder) => engine.encode(encoder, dispatches), done });

/** Milliseconds from the submit until a read of the result arrives. */
async function once(engine: Engine, { work, done }: Timed): Promise<number> {
  const encoder = engine.device.createCommandEncoder();
  const params = work(encoder);
  const start = performance.now();
  engine.device.queue.submit([encoder.finish()]);
  await engine.readBuffer(done, 0, 16);
  const ms = performance.now() - start;
  params?.destroy();
  return ms;
}

/**
 * Times all variants in turn, round after round and every other one backwards, so that a slow moment of the
 * machine, and what the variant before leaves behind, meet each alike.
 */
export async function roundRobin(
  engine: Engine,
  variants: readonly Timed[],
  rounds: number,
): Promise<Times[]> {
  const samples = variants.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    const order = [...variants.entries()];
    if (round % 2 === 0) order.reverse();
    for (const [i, variant] of order) {
      const ms = await once(engine, variant);
      if (round >= 0) samples[i]!.push(ms);
    }
  }
  return samples.map((ms) => {
    ms.sort((a, b) => a - b);
    return { median: ms[ms.length >> 1]!, min: ms[0]!, max: ms.at(-1)! };
  });
}
