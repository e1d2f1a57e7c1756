export { median } from '../src/graph/tune/interleaved.js';

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** The value that a quarter of the others, rounded down, lie below. */
export const lowerQuartile = (values: readonly number[]): number =>
  sorted(values)[Math.floor((values.length - 1) / 4)]!;

/**
 * How many times as long the faster peer took, round by round: the engines take turns, so each round compares what
 * ran at the same time. Rounds that not every engine ran are left out.
 */
export function roundRatios(ours: readonly number[], peers: readonly (readonly number[])[]): number[] {
  const rounds = Math.min(ours.length, ...peers.map((samples) => samples.length));
  return Array.from(
    { length: rounds },
    (_, i) => Math.min(...peers.map((samples) => samples[i]!)) / ours[i]!,
  );
}
