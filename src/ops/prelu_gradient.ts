import kernel from '../../kernels/prelu_gradient.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { checkVector, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/**
 * y = dx of a PReLU; with `of: 'slope'` what sums over pixels to the gradient of its slopes.
 * @param t slope: [C/4] of vec4<f32>.
 */
export function preluGradient<B>(
  ctx: Lowering<B>,
  { x, dy, slope, y }: { x: Operand<B>; dy: Operand<B>; slope: View<B>; y: Operand<B> },
  o: { readonly of: 'x' | 'slope' },
): Dispatch<B>[] {
  const { c } = y.shape;
  checkVector(ctx.op, 'slope', slope, c);
  return pixelRuns(ctx, { x, dy, y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel,
      elem: ctx.elem,
      constants: { SLOPE: Number(o.of === 'slope') },
      params: { ...run.params, count, c4: blocks(c) },
      bindings: { ...run.views, slope },
      invocations: count,
      flops: 0,
      bytes: run.bytes + slope.size,
    };
  });
}
