/** A function of one value. */
export type Activation =
  /** max(x, 0); with a slope, slope * x where x is negative. */
  | { readonly kind: 'relu'; readonly slope?: number }
  /** 1 / (1 + exp(-x)). */
  | { readonly kind: 'sigmoid' }
  /** min(max(x, min), max); a bound that is left out does not bind. */
  | { readonly kind: 'clip'; readonly min?: number; readonly max?: number }
  /** As WGSL and ONNX name them; `round` takes halves to even, `not` is 1 for 0 and else 0. */
  | { readonly kind: PlainFunction }
  | { readonly kind: 'gelu'; readonly approximate: 'none' | 'tanh' }
  /** min(max(alpha * x + beta, 0), 1). */
  | { readonly kind: 'hard_sigmoid'; readonly alpha: number; readonly beta: number }
  /** x above alpha, else 0. */
  | { readonly kind: 'thresholded_relu'; readonly alpha: number }
  /** x from 0 on, else alpha * (exp(x) - 1); for celu alpha * (exp(x / alpha) - 1). */
  | { readonly kind: 'elu' | 'celu'; readonly alpha: number }
  /** gamma * x above 0, else gamma * alpha * (exp(x) - 1). */
  | { readonly kind: 'selu'; readonly alpha: number; readonly gamma: number };

/** A function without parameters. */
export type PlainFunction = keyof typeof PLAIN;

/** MODE of kernels/unary.wgsl. */
const PLAIN = {
  tanh: 0,
  exp: 1,
  log: 2,
  neg: 3,
  abs: 4,
  sqrt: 5,
  reciprocal: 6,
  floor: 7,
  ceil: 8,
  round: 9,
  trunc: 10,
  sign: 11,
  sin: 12,
  cos: 13,
  square: 14,
  not: 15,
  erf: 16,
  softplus: 19,
  softsign: 20,
  hard_swish: 22,
  mish: 23,
} as const;

/** How kernels/unary.wgsl and its gradient name a function, and its parameters; null for those of kernels/activation.wgsl. */
export function unaryMode(f: Activation): { mode: number; a: number; b: number } | null {
  const unary = (mode: number, a = 0, b = 0) => ({ mode, a, b });
  switch (f.kind) {
    case 'relu':
    case 'sigmoid':
    case 'clip':
      return null;
    case 'gelu':
      return unary(f.approximate === 'tanh' ? 18 : 17);
    case 'hard_sigmoid':
      return unary(21, f.alpha, f.beta);
    case 'thresholded_relu':
      return unary(24, f.alpha);
    case 'elu':
      return unary(25, f.alpha);
    case 'celu':
      return unary(26, f.alpha);
    case 'selu':
      return unary(27, f.alpha, f.gamma);
    default:
      return unary(PLAIN[f.kind]);
  }
}
