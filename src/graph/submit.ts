import type { Engine } from '../engine/engine.js';
import type { Pace } from './pace.js';
import type { Step } from './plan.js';
import { Profile, passes } from './profile.js';
import type { Launch } from './program.js';

/** How far a run is. */
export interface RunProgress {
  /** Estimated share of the work that is done, 0 to 1. */
  readonly done: number;
  /** The layer that was submitted last. */
  readonly layer: string;
}

/** A layer's time on the GPU, in milliseconds, and the FLOPs of its definition. */
export interface LayerTime {
  readonly layer: string;
  readonly kind: string;
  readonly ms: number;
  readonly flops: number;
}

/** How to cut and watch a run. */
export interface SubmitOptions {
  readonly maxSubmitMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (p: RunProgress) => void;
  readonly profile?: boolean;
}

/** Cuts launches into submits of about `maxSubmitMs` by the pace's estimate. */
function* chunks(
  launches: readonly Launch[],
  pace: Pace,
  maxSubmitMs: number,
): Generator<[Launch[], number]> {
  let chunk: Launch[] = [];
  let ms = 0;
  for (const launch of launches) {
    const estimate = pace.estimate(launch.dispatch);
    if (chunk.length > 0 && ms + estimate > maxSubmitMs) {
      yield [chunk, ms];
      chunk = [];
      ms = 0;
    }
    chunk.push(launch);
    ms += estimate;
  }
  if (chunk.length > 0) yield [chunk, ms];
}

/** Submits launches in order, at most two submits in flight, and waits for the last. */
export async function submitAll(
  engine: Engine,
  steps: readonly Step[],
  launches: readonly Launch[],
  pace: Pace,
  o: SubmitOptions,
): Promise<{ ms: number; submits: number; layers: LayerTime[]; resolutionMs: number | null }> {
  const { device } = engine;
  const queries = () => new Profile(engine, launches.length);
  const profile = o.profile ? await engine.scoped('profile', 0, queries, (made) => made.dispose()) : null;
  const { promise: aborted, stop } = abortion(o.signal);
  const work = (of: readonly Launch[]) => of.reduce((sum, l) => sum + pace.work(l.dispatch), 0);
  const all = work(launches);
  const start = performance.now();
  let submits = 0;
  let submitted = 0;
  let last = start;
  const flight: { done: Promise<undefined>; estimate: number; layer: string; share: number }[] = [];
  const land = async () => {
    const { done, estimate, layer, share } = flight.shift()!;
    await Promise.race([engine.alive(done), aborted]);
    const now = performance.now();
    pace.learn(estimate, now - last);
    last = now;
    o.onProgress?.({ done: share, layer });
  };
  try {
    for (const [chunk, estimate] of chunks(launches, pace, o.maxSubmitMs)) {
      o.signal?.throwIfAborted();
      if (flight.length === 2) await land();
      const layer = steps[chunk.at(-1)!.step]!.layer;
      submitted += work(chunk);
      await engine.scoped(layer, 0, () => {
        const encoder = device.createCommandEncoder();
        passes(encoder, chunk, profile);
        device.queue.submit([encoder.finish()]);
      });
      submits++;
      flight.push({
        done: device.queue.onSubmittedWorkDone(),
        estimate,
        layer,
        share: Math.min(1, submitted / all),
      });
    }
    while (flight.length > 0) await land();
    const ms = performance.now() - start;
    const times = profile ? await profile.layers(steps) : { layers: [], resolutionMs: null };
    return { ms, submits, ...times };
  } finally {
    stop();
    profile?.dispose();
  }
}

/** A promise that rejects when the signal fires, and a function that stops listening. */
function abortion(signal: AbortSignal | undefined): { promise: Promise<never>; stop: () => void } {
  let stop = () => {};
  const promise = new Promise<never>((_, reject) => {
    const listener = () => reject(signal!.reason);
    signal?.addEventListener('abort', listener);
    stop = () => signal?.removeEventListener('abort', listener);
  });
  promise.catch(() => {});
  return { promise, stop };
}
