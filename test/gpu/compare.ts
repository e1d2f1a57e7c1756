export { largest, relativeError } from '../../src/metrics/relative_error.js';

/** max |a - b| / (absolute + relative |b|): at most 1 where all values are close; NaN and another length give Infinity. */
export function excess(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  relative: number,
  absolute: number,
): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const share = Math.abs(a[i]! - b[i]!) / (absolute + relative * Math.abs(b[i]!));
    if (!(share >= 0)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, share);
  }
  return worst;
}
