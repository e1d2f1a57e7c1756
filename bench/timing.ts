import type { Launch } from './contender.js';

/** Timed rounds, and how many where a launch takes longer than so many milliseconds. */
const ROUNDS = 5;
const FEWER_ROUNDS: readonly (readonly [ms: number, rounds: number])[] = [
  [30_000, 1],
  [4000, 3],
];
/** Beyond this a launch is not warmed up twice. */
const SLOW = 4000;
/** Milliseconds that the fastest engine's sample should last at least, and the slowest one's at most. */
const SHORTEST = 50;
const LONGEST = 1000;

/** How often an engine is timed whose launch takes so many milliseconds. */
export const roundsFor = (ms: number): number => FEWER_ROUNDS.find(([least]) => ms > least)?.[1] ?? ROUNDS;

/** Whether a row rests on fewer samples than usual. */
export const isMarked = ({ samples }: { readonly samples: readonly number[] }): boolean =>
  samples.length < ROUNDS;

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

/** When to stop: an abort throws, a deadline by performance.now() ends with the round that is under way. */
export interface Stop {
  readonly signal: AbortSignal;
  readonly deadline: number;
}

/**
 * Milliseconds per launch, sample by sample. All engines take turns, round after round and every other one
 * backwards, so that a slow moment of the machine, and what the engine before leaves behind, meet each alike. All
 * start the same number of launches a sample, so that the wait for the GPU weighs alike. Slow ones leave after a few
 * rounds, and all after the deadline, but no one before the first.
 */
export async function interleaved(warm: readonly Warm[], { signal, deadline }: Stop): Promise<number[][]> {
  const estimates: number[] = [];
  for (const { launch, firstMs } of warm) estimates.push(firstMs > SLOW ? firstMs : await sample(launch, 1));
  const slowest = Math.max(...estimates);
  const fastest = warm[estimates.indexOf(Math.min(...estimates))]!.launch;
  const count = await launchesPerSample(fastest, LONGEST / slowest);
  const samples = warm.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0 && performance.now() > deadline) break;
    const turns = [...warm.entries()].filter(([i]) => round < roundsFor(estimates[i]!));
    if (round % 2 === 1) turns.reverse();
    for (const [i, { launch }] of turns) {
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
