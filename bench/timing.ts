import { type Stop, interleaved as takeTurns } from '../src/graph/tune/interleaved.js';
import type { Launch } from './contender.js';

export type { Stop } from '../src/graph/tune/interleaved.js';

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

/** Milliseconds per launch of engines that take turns, sample by sample. */
export const interleaved = (warm: readonly Warm[], stop: Stop): Promise<number[][]> =>
  takeTurns(
    warm.map(({ launch, firstMs }) => ({ firstMs, sample: (count) => sample(launch, count) })),
    stop,
    { shortest: SHORTEST, longest: LONGEST, slow: SLOW, rounds: roundsFor },
  );
