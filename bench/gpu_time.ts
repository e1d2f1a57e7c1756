import type { Engine } from '../src/engine/engine.js';
import { timestampQuantum } from '../src/gpu/timer.js';
import type { LayerTime } from '../src/graph/submit.js';
import { median } from './statistics.js';

/** A measurement should be so many steps of the clock long: it is then off by at most a hundredth. */
const STEPS = 100;
const MOST_LAUNCHES = 4096;
const SAMPLES = 5;
/** Milliseconds beyond which a longer pass makes nothing better. */
const LONG = 200;

/**
 * Launches in one pass, so that it lasts long enough beside the step of the clock.
 * @param ms what `count` launches took by that clock
 * @returns a larger number, or null where `count` is enough
 */
export function moreLaunches(count: number, ms: number, quantumNs: number): number | null {
  const wanted = (STEPS * quantumNs) / 1e6;
  if (ms >= wanted || count >= MOST_LAUNCHES) return null;
  // A pass below a step reads as 0 or 1 step.
  const each = Math.max(ms, quantumNs / 1e6 / 2) / count;
  return Math.min(MOST_LAUNCHES, Math.max(2 * count, Math.ceil((1.2 * wanted) / each)));
}

/** Whether a time is long enough beside the step of its clock to be reported. */
export const resolved = (ms: number, quantumNs: number): boolean => ms >= (STEPS * quantumNs) / 1e6;

/**
 * Milliseconds of layers together; null without them, or where they are too short beside the step of their clock, by
 * which each may be off.
 */
export function together(layers: readonly LayerTime[], resolutionMs: number | null): number | null {
  const ms = layers.reduce((sum, layer) => sum + layer.ms, 0);
  return resolutionMs !== null && resolved(ms / layers.length, 1e6 * resolutionMs) ? ms : null;
}

/** Milliseconds of a launch by the GPU's timestamps; null where they are missing or too coarse for it. */
export async function gpuTime(
  engine: Engine,
  launch: (pass: GPUComputePassEncoder) => void,
): Promise<number | null> {
  const { device } = engine;
  const quantum = engine.features.has('timestamps') ? await timestampQuantum(device) : null;
  if (quantum === null) return null;
  const querySet = device.createQuerySet({ type: 'timestamp', count: 2 });
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const stamps = device.createBuffer({ size: 16, usage });
  const timed = async (count: number): Promise<number> => {
    const encoder = device.createCommandEncoder();
    const timestampWrites = { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 };
    const pass = encoder.beginComputePass({ timestampWrites });
    for (let i = 0; i < count; i++) launch(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, stamps, 0);
    device.queue.submit([encoder.finish()]);
    const [begin, end] = new BigUint64Array(await engine.readBuffer(stamps, 0, 16));
    return Number(end! - begin!) / 1e6;
  };
  try {
    let count = 1;
    let ms = await timed(count);
    for (
      let more = moreLaunches(count, ms, quantum);
      more !== null;
      more = moreLaunches(count, ms, quantum)
    ) {
      count = more;
      ms = await timed(count);
    }
    if (!resolved(ms, quantum)) return null;
    const samples = [ms];
    while (samples.length < (ms > LONG ? 3 : SAMPLES)) samples.push(await timed(count));
    return median(samples) / count;
  } finally {
    querySet.destroy();
    stamps.destroy();
  }
}
