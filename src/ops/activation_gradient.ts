import kernel from '../../kernels/activation_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** A function whose derivative is known, and what it follows from: the function's value, or its argument. */
export type ActivationGradient =
  | { readonly from: 'y'; readonly kind: 'relu'; readonly slope: number }
  | { readonly from: 'y'; readonly kind: 'sigmoid' | 'tanh' }
  | { readonly from: 'x'; readonly kind: 'clip'; readonly min: number; readonly max: number };

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
  const slope = f.kind === 'relu' ? f.slope : 0;
  const [low, high] = f.kind === 'clip' ? [finite(f.min), finite(f.max)] : [0, 0];
  return pixelRuns(ctx, { v, dy, y: dx }).map((run) => {
    const count = run.pixels * blocks(dx.shape.c);
    return {
      kernel,
      elem: ctx.elem,
      constants: { MODE: MODES[f.kind] },
      params: { ...run.params, count, slope, low, high },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    };
  });
}
