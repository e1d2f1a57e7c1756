import activationGradientKernel from '../../kernels/activation_gradient.wgsl';
import unaryGradientKernel from '../../kernels/unary_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type Activation, unaryMode } from '../lower/activation.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type PixelRun, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** A function whose derivative is known, and what it follows from: the function's value, or its argument. */
export type ActivationGradient =
  | { readonly from: 'y'; readonly kind: 'relu'; readonly slope: number }
  | { readonly from: 'y'; readonly kind: 'sigmoid' | 'tanh' }
  | { readonly from: 'x'; readonly kind: 'clip'; readonly min: number; readonly max: number }
  | { readonly from: 'x'; readonly kind: 'function'; readonly of: Activation };

/** MODE of kernels/activation_gradient.wgsl. */
const MODES = { relu: 0, sigmoid: 1, tanh: 2, clip: 3 } as const;

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;
const finite = (v: number) => Math.min(Math.max(v, -LARGEST_F32), LARGEST_F32);

/** dx = f'(x) dy, where `v` is y or x as `f.from` says. */
export function activationGradient<B>(
  ctx: Lowering<B>,
  { v, dy, dx }: { v: Operand<B>; dy: Operand<B>; dx: Operand<B> },
  f: ActivationGradient,
): Dispatch<B>[] {
  const { c } = dx.shape;
  if (f.kind === 'function') {
    const { mode, a, b } = unaryMode(f.of)!;
    return pixelRuns(ctx, { x: v, dy, y: dx }).map((run) => ({
      kernel: unaryGradientKernel,
      ...launch(ctx, run, mode, { c, c4: blocks(c), a, b }, c),
    }));
  }
  const slope = f.kind === 'relu' ? f.slope : 0;
  const [low, high] = f.kind === 'clip' ? [finite(f.min), finite(f.max)] : [0, 0];
  return pixelRuns(ctx, { v, dy, y: dx }).map((run) => ({
    kernel: activationGradientKernel,
    ...launch(ctx, run, MODES[f.kind], { slope, low, high }, c),
  }));
}

/** A launch over a run of pixels of so many channels. */
const launch = <B, K extends string>(
  ctx: Lowering<B>,
  run: PixelRun<B, K>,
  mode: number,
  params: Readonly<Record<string, number>>,
  channels: number,
): Omit<Dispatch<B>, 'kernel'> => {
  const count = run.pixels * blocks(channels);
  return {
    elem: ctx.elem,
    constants: { MODE: mode },
    params: { ...run.params, count, ...params },
    bindings: run.views,
    invocations: count,
    flops: 0,
    bytes: run.bytes,
  };
};
