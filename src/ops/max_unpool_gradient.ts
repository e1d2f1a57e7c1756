import maxUnpoolGradientKernel from '../../kernels/max_unpool_gradient.wgsl';
import type { Dispatch } from '../dispatch.js';
import { imagesView, type Lowering, type Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** dx = dy at the positions, counted over all of dy in planar order. */
export function maxUnpoolGradient<B>(
  ctx: Lowering<B>,
  { position, dy, dx }: { position: Operand<B>; dy: Operand<B>; dx: Operand<B> },
): Dispatch<B>[] {
  const { n, c, h, w } = dy.shape;
  const dv = imagesView(ctx, dy, null);
  return pixelRuns(ctx, { position, y: dx }).map((run) => {
    const count = run.pixels * blocks(dx.shape.c);
    return {
      kernel: maxUnpoolGradientKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        ...run.params,
        count,
        x_c: dx.shape.c,
        x_c4: blocks(dx.shape.c),
        c,
        h,
        w,
        size: n * c * h * w,
      },
      bindings: { ...run.views, dy: dv.view },
      invocations: count,
      flops: 0,
      bytes: run.bytes + dv.bytes,
    };
  });
}
