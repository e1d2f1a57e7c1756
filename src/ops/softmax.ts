import softmaxKernel from '../../kernels/softmax.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** Softmax, or its logarithm. */
export interface SoftmaxOptions {
  /** The logarithm of the result, computed without forming it. */
  readonly log?: boolean;
}

/** y[c] = exp(x[c]) / sum of exp(x), over the channels of each pixel. */
export function softmax<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  o: SoftmaxOptions = {},
): Dispatch<B>[] {
  const { c } = t.y.shape;
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => ({
    kernel: softmaxKernel,
    elem: ctx.elem,
    constants: { LOG: Number(o.log ?? false) },
    params: { ...run.params, count: run.pixels, c, c4: blocks(c) },
    bindings: run.views,
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}
