// What comes of an experiment: rows over seeds, differences, and whether the expected order shows.
import { type Paired, paired, type Spread, spread } from '../../metrics/spread.js';
import type { Comparison, Protocol } from './protocol.js';
import { bySeed, MEASURE_KEYS, type Measure, type RunResult } from './result.js';

/** A run over its seeds. */
export interface Row {
  readonly id: string;
  readonly seeds: readonly number[];
  readonly measures: Readonly<Record<Measure, Spread | null>>;
  readonly seconds: Spread | null;
}

/** How much more the second run has than the first. */
export interface Difference extends Comparison {
  readonly measures: Readonly<Record<Measure, Paired | null>>;
}

export interface Summary {
  readonly rows: readonly Row[];
  readonly differences: readonly Difference[];
  /** What is to be said of the expected order; null where none was. */
  readonly order: string | null;
}

const each = <T>(of: (measure: Measure) => T) =>
  Object.fromEntries(MEASURE_KEYS.map((measure) => [measure, of(measure)])) as Record<Measure, T>;

export function summarize(
  { runs, compare, expect }: Pick<Protocol, 'runs' | 'compare' | 'expect'>,
  results: readonly RunResult[],
): Summary {
  const of = (id: string) => results.filter((result) => result.run === id);
  return {
    rows: runs.map(({ id }) => ({
      id,
      seeds: of(id).map(({ seed }) => seed),
      measures: each((measure) => spread([...bySeed(of(id), measure).values()])),
      seconds: spread(of(id).map(({ seconds }) => seconds)),
    })),
    differences: compare.map((made) => {
      const [a, b] = made.pair.map(of) as [RunResult[], RunResult[]];
      return { ...made, measures: each((measure) => paired(bySeed(a, measure), bySeed(b, measure))) };
    }),
    order: expect.length > 1 ? orderText(expect, of) : null,
  };
}

/** A share in percent, of one decimal. */
export const percent = (share: number) => (100 * share).toFixed(1);

/** Whether the mean IU rises from run to run, in words. */
function orderText(expect: readonly string[], of: (id: string) => readonly RunResult[]): string {
  const order = expect.join(' < ');
  const known = expect.map((id) => bySeed(of(id), 'meanIU'));
  const missing = expect.filter((_, i) => known[i]!.size === 0);
  if (missing.length > 0)
    return `Expected in mean IU: ${order}. It cannot be told yet: ${missing.join(', ')} ${missing.length > 1 ? 'have' : 'has'} no result.`;
  const means = known.map((values) => spread([...values.values()])!.mean);
  const breaks = expect.slice(1).flatMap((id, i) => {
    const [before, now] = [means[i]!, means[i + 1]!];
    return now > before ? [] : [`${id} (${percent(now)}) is not above ${expect[i]} (${percent(before)})`];
  });
  const common = [...known[0]!.keys()].filter((seed) => known.every((values) => values.has(seed)));
  const rising = common.filter((seed) =>
    known.every((values, i) => i === 0 || values.get(seed)! > known[i - 1]!.get(seed)!),
  ).length;
  const seeds = `${rising} of ${common.length} ${common.length === 1 ? 'seed shows' : 'seeds show'} it`;
  return breaks.length === 0
    ? `The expected order in mean IU, ${order}, shows in the means; ${seeds}.`
    : `The expected order in mean IU, ${order}, does not show: ${breaks.join('; ')}; ${seeds}.`;
}
