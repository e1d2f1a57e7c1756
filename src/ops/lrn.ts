import lrnKernel from '../../kernels/lrn.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type LrnOptions, lrnParams } from '../lower/lrn.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

export { checkLrn, type LrnOptions } from '../lower/lrn.js';

/**
 * Local response normalisation across channels (Krizhevsky et al. 2012):
 * y[c] = x[c] * (k + alpha/size * sum of x^2 over the window around c)^-beta.
 */
export function lrn<B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }, o: LrnOptions): Dispatch<B>[] {
  const { c } = t.y.shape;
  const constants = lrnParams(ctx.op, o);
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
        ...constants,
      },
      bindings: run.views,
      invocations: count,
      flops: 2 * o.size * run.pixels * c,
      bytes: run.bytes,
    };
  });
}
