import type { DataHead } from '../data/dataset.js';
import { ShapeError } from '../errors.js';
import type { Examples } from './fit.js';

/** Not at all; by a factor of each class's loss; or by leaving out pixels of frequent classes. */
export const BALANCES = ['none', 'weights', 'sampling'] as const;
export type Balance = (typeof BALANCES)[number];

/** The share of each class in the pixels that count. */
export async function classShares(
  examples: Examples,
  label: string,
  classes: number,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<number[]> {
  const counts = new Array<number>(classes).fill(0);
  for (let i = 0; i < examples.count; i++) {
    signal?.throwIfAborted();
    const map = (await examples.load(i)).maps.find(({ name }) => name === label);
    if (!map) throw new ShapeError(`balance: no labels '${label}', should be of one of the heads`);
    for (const value of map.values) if (value < classes) counts[value]!++;
    onProgress?.(i + 1, examples.count);
  }
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) throw new ShapeError('balance: no pixel counts, should be at least one');
  return counts.map((n) => n / total);
}

/**
 * Brings classes to the median of their shares: by weights of the loss (median frequency balancing, Eigen and
 * Fergus 2015), which also raise rare classes, or by the probability of a pixel to count, which cannot. A class
 * that does not occur keeps 1.
 */
export function balanced(shares: readonly number[], how: Balance): { weights?: number[]; keep?: number[] } {
  const present = shares.filter((share) => share > 0).sort((a, b) => a - b);
  const half = present.length / 2;
  const median = (present[Math.ceil(half) - 1]! + present[Math.floor(half)]!) / 2;
  const factors = shares.map((share) => (share > 0 ? median / share : 1));
  if (how === 'weights') return { weights: factors };
  return how === 'sampling' ? { keep: factors.map((factor) => Math.min(1, factor)) } : {};
}

/** Weights that the user gives to classes. @throws ShapeError where they are not those of the one head */
export function checkedWeights(
  weights: readonly number[],
  heads: readonly Pick<DataHead, 'names'>[],
): number[] {
  const [{ names }] = heads as [DataHead];
  if (heads.length > 1)
    throw new ShapeError(`class weights: ${heads.length} heads, should be one to weigh its classes`);
  if (weights.length !== names.length)
    throw new ShapeError(
      `class weights: ${weights.length}, should be ${names.length} as the data set has classes`,
    );
  if (!weights.some((weight) => weight > 0))
    throw new ShapeError('class weights: all are 0, should be above it for at least one');
  return [...weights];
}
