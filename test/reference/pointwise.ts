import type { Activation } from '../../src/ops/activation.js';
import type { Shape } from '../../src/shape.js';

/** Abramowitz and Stegun 7.1.5 and 7.1.14: the series, and far out the continued fraction. */
function erf(v: number): number {
  const x = Math.abs(v);
  if (x > 6) return Math.sign(v);
  if (x < 3) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-18 * sum; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return Math.sign(v) * (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / 2 / fraction;
  return Math.sign(v) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction);
}

/** Halves go to the even neighbour. */
const roundEven = (v: number): number => {
  const low = Math.floor(v);
  if (v - low !== 0.5) return Math.round(v);
  return low % 2 === 0 ? low : low + 1;
};

const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const limit = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

/** f(v). */
export function applied(f: Activation, v: number): number {
  switch (f.kind) {
    case 'relu':
      return v > 0 ? v : v * (f.slope ?? 0);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-v));
    case 'clip':
      return limit(v, f.min ?? -Infinity, f.max ?? Infinity);
    case 'gelu': {
      const inner = Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3);
      return 0.5 * v * (1 + (f.approximate === 'tanh' ? Math.tanh(inner) : erf(v / Math.SQRT2)));
    }
    case 'hard_sigmoid':
      return limit(f.alpha * v + f.beta, 0, 1);
    case 'thresholded_relu':
      return v > f.alpha ? v : 0;
    case 'elu':
      return v >= 0 ? v : f.alpha * Math.expm1(v);
    case 'celu':
      return v >= 0 ? v : f.alpha * Math.expm1(v / f.alpha);
    case 'selu':
      return f.gamma * (v > 0 ? v : f.alpha * Math.expm1(v));
    case 'reciprocal':
      return 1 / v;
    case 'neg':
      return -v;
    case 'round':
      return roundEven(v);
    case 'square':
      return v * v;
    case 'not':
      return Number(v === 0);
    case 'erf':
      return erf(v);
    case 'softplus':
      return softplus(v);
    case 'softsign':
      return v / (1 + Math.abs(v));
    case 'hard_swish':
      return v * limit(v / 6 + 0.5, 0, 1);
    case 'mish':
      return v * Math.tanh(softplus(v));
    default:
      return Math[f.kind](v);
  }
}

/** f(x), value by value. */
export const activation = (x: ArrayLike<number>, f: Activation): Float64Array =>
  Float64Array.from(x, (v) => applied(f, v));

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
