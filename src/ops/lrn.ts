import lrnKernel from '../../kernels/lrn.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** Window and constants of a local response normalisation. */
export interface LrnOptions {
  /** Channels in the window; an even one has its spare channel above the centre. */
  readonly size: number;
  /** Divided by `size`, as Caffe and ONNX do. */
  readonly alpha: number;
  readonly beta: number;
  /** 1 by default. */
  readonly k?: number;
}

/** Throws a ShapeError unless the options give finite values. */
export function checkLrn(op: string, { size, alpha, beta, k = 1 }: LrnOptions): void {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new ShapeError(`${op}: window of ${size} channels, should be a positive integer`);
  if (!(k > 0) || !(alpha >= 0) || !Number.isFinite(beta))
    throw new ShapeError(
      `${op}: k ${k}, alpha ${alpha} and beta ${beta}, should be positive, not negative and finite`,
    );
}

/**
 * Local response normalisation across channels (Krizhevsky et al. 2012):
 * y[c] = x[c] * (k + alpha/size * sum of x^2 over the window around c)^-beta.
 */
export function lrn<B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }, o: LrnOptions): Dispatch<B>[] {
  checkLrn(ctx.op, o);
  const { c } = t.y.shape;
  const before = Math.floor((o.size - 1) / 2);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel: lrnKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        ...run.params,
        count,
        c,
        c4: blocks(c),
        before,
        after: o.size - 1 - before,
        k: o.k ?? 1,
        alpha: o.alpha / o.size,
        beta: o.beta,
      },
      bindings: run.views,
      invocations: count,
      flops: 2 * o.size * run.pixels * c,
      bytes: run.bytes,
    };
  });
}
