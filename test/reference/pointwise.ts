import type { Activation } from '../../src/ops/activation.js';
import type { Shape } from '../../src/shape.js';

/** f(x), value by value. */
export function activation(x: ArrayLike<number>, f: Activation): Float64Array {
  const one = (v: number): number => {
    if (f.kind === 'sigmoid') return 1 / (1 + Math.exp(-v));
    if (f.kind === 'relu') return v > 0 ? v : v * (f.slope ?? 0);
    return Math.min(Math.max(v, f.min ?? -Infinity), f.max ?? Infinity);
  };
  return Float64Array.from(x, one);
}

/** The channel of element i of planar data. */
const channel = (i: number, { c, h, w }: Shape): number => Math.floor(i / (h * w)) % c;

/** x where it is positive, else slope[c] * x; planar [N, C, H, W]. */
export const prelu = (x: ArrayLike<number>, xs: Shape, slope: ArrayLike<number>): Float64Array =>
  Float64Array.from(x, (v, i) => (v > 0 ? v : v * slope[channel(i, xs)]!));

/** x * s[c] + b[c]; planar [N, C, H, W]. */
export const scale = (
  x: ArrayLike<number>,
  xs: Shape,
  s: ArrayLike<number>,
  b: ArrayLike<number> | null,
): Float64Array => Float64Array.from(x, (v, i) => v * s[channel(i, xs)]! + (b?.[channel(i, xs)] ?? 0));

/** The sum of maps, each with its coefficient. */
export const sum = (xs: readonly ArrayLike<number>[], coefficients: readonly number[]): Float64Array =>
  Float64Array.from(xs[0]!, (_, i) => xs.reduce((total, x, k) => total + coefficients[k]! * x[i]!, 0));
