import sgdKernel from '../../kernels/sgd.wgsl';
import type { Dispatch } from '../dispatch.js';
import { type Lowering, type Operand, whole } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** One step of one tensor. */
export interface SgdOptions {
  readonly rate: number;
  /** Factor of the tensor itself in its gradient: weight decay. */
  readonly decay: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  /** Factor of the gradient. */
  readonly scale: number;
  /** Norm to which all gradients together are scaled down; null for none. */
  readonly clip: number | null;
}

/** The tensor, its history and its gradient, of one shape in f32, and the squared norm of all gradients [1, 1, 1, 1]. */
export interface SgdOperands<B> {
  readonly w: Operand<B>;
  readonly history: Operand<B>;
  readonly gradient: Operand<B>;
  readonly square: Operand<B> | null;
}

/** Updates a tensor and its history in place. */
export function sgd<B>(ctx: Lowering<B>, t: SgdOperands<B>, o: SgdOptions): Dispatch<B>[] {
  const { c } = t.w.shape;
  const square = t.square ? whole(t.square.buffer, 16) : ctx.constant(new Float32Array(4));
  return pixelRuns(ctx, { g: t.gradient, h: t.history, y: t.w }).map((run): Dispatch<B> => {
    const count = run.pixels * blocks(c);
    return {
      kernel: sgdKernel,
      elem: 'f32',
      constants: { NESTEROV: Number(o.nesterov) },
      params: {
        ...run.params,
        count,
        c,
        c4: blocks(c),
        rate: o.rate,
        decay: o.decay,
        momentum: o.momentum,
        scale: o.scale,
        limit: o.clip ?? 0,
      },
      bindings: { ...run.views, square },
      invocations: count,
      flops: 6 * run.pixels * c,
      bytes: run.bytes,
    };
  });
}
