import kernel from '../../kernels/lrn_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { type LrnOptions, lrnParams } from '../lower/lrn.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, tensorBytes } from '../shape.js';

/** dx of a local response normalisation across channels, from x and dy. */
export function lrnGradient<B>(
  ctx: Lowering<B>,
  { x, dy, dx }: { x: Operand<B>; dy: Operand<B>; dx: Operand<B> },
  o: LrnOptions,
): Dispatch<B>[] {
  const { shape } = dx;
  const ratio: Operand<B> = { buffer: ctx.scratch(tensorBytes(shape, ctx.elem)), shape, elem: ctx.elem };
  const launches = (r: Operand<B>, y: Operand<B>, last: boolean) =>
    pixelRuns(ctx, { x, dy, r, y }).map((run): Dispatch<B> => {
      const count = run.pixels * blocks(shape.c);
      return {
        kernel,
        elem: ctx.elem,
        constants: { LAST: Number(last) },
        params: { ...run.params, count, c: shape.c, c4: blocks(shape.c), ...lrnParams(ctx.op, o) },
        bindings: run.views,
        invocations: count,
        flops: 2 * o.size * run.pixels * shape.c,
        bytes: run.bytes,
      };
    });
  return [...launches(x, ratio, false), ...launches(ratio, dx, true)];
}
