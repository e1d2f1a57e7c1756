import activationKernel from '../../kernels/activation.wgsl';
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
  | { readonly kind: 'clip'; readonly min?: number; readonly max?: number };

const MODES = { relu: 0, sigmoid: 1, clip: 2 } as const;

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;

/** y = f(x), value by value. */
export function activation<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  f: Activation,
): Dispatch<B>[] {
  const slope = (f.kind === 'relu' && f.slope) || 0;
  const low = (f.kind === 'clip' ? f.min : undefined) ?? -LARGEST_F32;
  const high = (f.kind === 'clip' ? f.max : undefined) ?? LARGEST_F32;
  if (!(low <= high)) throw new ShapeError(`${ctx.op}: clip to [${low}, ${high}], should be an interval`);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(t.y.shape.c);
    return {
      kernel: activationKernel,
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
