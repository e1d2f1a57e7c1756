/** The value in the middle, the upper one of two. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Something to time beside others. */
export interface Entrant {
  /** Milliseconds of its first launch, which also compiles. */
  readonly firstMs: number;
  /** Milliseconds a launch takes, over so many in a row. */
  sample(count: number): Promise<number>;
}

/** When to stop: an abort throws, a deadline by performance.now() ends with the round that is under way. */
export interface Stop {
  readonly signal: AbortSignal;
  readonly deadline: number;
}

/** How long samples are, and how many. */
export interface Sampling {
  /** Milliseconds that the fastest one's sample should last at least, and the slowest one's at most. */
  readonly shortest: number;
  readonly longest: number;
  /** Beyond so many milliseconds a launch is not warmed up twice. */
  readonly slow: number;
  /** How often one is timed whose launch takes so many milliseconds. */
  rounds(ms: number): number;
}

/**
 * Milliseconds per launch, sample by sample. All take turns, round after round and every other one backwards, so that a
 * slow moment of the machine, and what the one before leaves behind, meet each alike. All start the same number of
 * launches a sample, so that the wait for the GPU weighs alike. Slow ones leave after a few rounds, and all after the
 * deadline, but no one before the first.
 */
export async function interleaved(
  entrants: readonly Entrant[],
  { signal, deadline }: Stop,
  { shortest, longest, slow, rounds }: Sampling,
): Promise<number[][]> {
  const estimates: number[] = [];
  for (const { firstMs, sample } of entrants) estimates.push(firstMs > slow ? firstMs : await sample(1));
  const fastest = entrants[estimates.indexOf(Math.min(...estimates))]!;
  const most = longest / Math.max(...estimates);
  // Doubled until a sample is long beside the wait for the GPU, which an estimate of one launch contains.
  let count = 1;
  while (2 * count <= most && (await fastest.sample(count)) * count < shortest) count *= 2;
  const samples = entrants.map((): number[] => []);
  const all = Math.max(...estimates.map(rounds));
  for (let round = 0; round < all; round++) {
    if (round > 0 && performance.now() > deadline) break;
    const turns = [...entrants.entries()].filter(([i]) => round < rounds(estimates[i]!));
    if (round % 2 === 1) turns.reverse();
    for (const [i, { sample }] of turns) {
      signal.throwIfAborted();
      samples[i]!.push(await sample(count));
    }
  }
  return samples;
}
