import type { Launch } from './contender.js';

/** Timed rounds, and how many where a launch takes longer than `SLOW`. */
const ROUNDS = 5;
const FEW_ROUNDS = 3;
/** Milliseconds. */
const SLOW = 4000;
/** Milliseconds that the fastest engine's sample should last at least, and the slowest one's at most. */
const SHORTEST = 50;
const LONGEST = 1000;

/** Milliseconds a launch takes, over so many in a row. */
export async function sample(launch: Launch, count: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < count; i++) await launch.run();
  await launch.finish();
  return (performance.now() - start) / count;
}

/** Something to time, and the milliseconds of its first launch, which also compiles. */
export interface Warm {
  readonly launch: Launch;
  readonly firstMs: number;
}

/**
 * Milliseconds per launch, sample by sample. All engines take turns, round after round, so that a slow
 * moment of the machine meets each alike, and all start the same number of launches a sample, so that the
 * wait for the GPU weighs alike.
 */
export async function interleaved(warm: readonly Warm[], signal: AbortSignal): Promise<number[][]> {
  const estimates: number[] = [];
  for (const { launch, firstMs } of warm) estimates.push(firstMs > SLOW ? firstMs : await sample(launch, 1));
  const slowest = Math.max(...estimates);
  const fastest = warm[estimates.indexOf(Math.min(...estimates))]!.launch;
  const count = await launchesPerSample(fastest, LONGEST / slowest);
  const samples = warm.map((): number[] => []);
  for (let round = 0; round < (slowest > SLOW ? FEW_ROUNDS : ROUNDS); round++) {
    for (const [i, { launch }] of warm.entries()) {
      signal.throwIfAborted();
      samples[i]!.push(await sample(launch, count));
    }
  }
  return samples;
}

/** Doubled until a sample is long beside the wait for the GPU, which an estimate of one launch contains. */
async function launchesPerSample(fastest: Launch, most: number): Promise<number> {
  let count = 1;
  while (2 * count <= most && (await sample(fastest, count)) * count < SHORTEST) count *= 2;
  return count;
}
