import kernel from '../../kernels/softmax_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** dx of a softmax, or of its logarithm, from its result `v` and dy. */
export function softmaxGradient<B>(
  ctx: Lowering<B>,
  { v, dy, dx }: { v: Operand<B>; dy: Operand<B>; dx: Operand<B> },
  o: { readonly log?: boolean },
): Dispatch<B>[] {
  const { c } = dx.shape;
  return pixelRuns(ctx, { v, dy, y: dx }).map((run) => ({
    kernel,
    elem: ctx.elem,
    constants: { LOG: Number(o.log ?? false) },
    params: { ...run.params, count: run.pixels, c, c4: blocks(c) },
    bindings: run.views,
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}
