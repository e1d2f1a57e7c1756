import activationKernel from '../../kernels/activation.wgsl';
import unaryKernel from '../../kernels/unary.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

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

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;

/** The kernel of a function, and its parameters. */
function kernelOf(op: string, f: Activation) {
  const main = (mode: number, { slope = 0, low = -LARGEST_F32, high = LARGEST_F32 } = {}) => ({
    kernel: activationKernel,
    mode,
    params: { slope, low, high },
  });
  const unary = (mode: number, a = 0, b = 0) => ({ kernel: unaryKernel, mode, params: { a, b } });
  switch (f.kind) {
    case 'relu':
      return main(0, { slope: f.slope ?? 0 });
    case 'sigmoid':
      return main(1);
    case 'clip': {
      const { min: low = -LARGEST_F32, max: high = LARGEST_F32 } = f;
      if (!(low <= high)) throw new ShapeError(`${op}: clip to [${low}, ${high}], should be an interval`);
      return main(2, { low, high });
    }
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

/** y = f(x), value by value. */
export function activation<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  f: Activation,
): Dispatch<B>[] {
  const { kernel, mode, params } = kernelOf(ctx.op, f);
  const { c } = t.y.shape;
  const own: Readonly<Record<string, number>> =
    kernel === unaryKernel ? { ...params, c, c4: blocks(c) } : params;
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel,
      elem: ctx.elem,
      constants: { MODE: mode },
      params: { ...run.params, count, ...own },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    };
  });
}
