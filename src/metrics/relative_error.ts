/** max|v|. */
export const largest = (values: ArrayLike<number>): number => {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
};

/** max|a - b| / max|b|; NaN anywhere, or another length, gives Infinity. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference >= 0)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference);
  }
  return worst === 0 ? 0 : worst / largest(b);
}
