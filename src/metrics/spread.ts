/** A measure over several seeds. */
export interface Spread {
  readonly count: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

/** Null without any value. */
export function spread(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { count: values.length, mean, least: Math.min(...values), most: Math.max(...values) };
}

/** The differences of two measures, seed by seed. */
export interface Paired extends Spread {
  /** Seeds whose difference has the sign of the mean's. */
  readonly agree: number;
}

/** What `b` has more than `a`, over the seeds that both have; null where there is none. */
export function paired(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): Paired | null {
  const differences = [...a].flatMap(([seed, value]) => (b.has(seed) ? [b.get(seed)! - value] : []));
  const over = spread(differences);
  if (!over) return null;
  const agree = differences.filter((d) => d * over.mean > 0).length;
  return { ...over, agree };
}
