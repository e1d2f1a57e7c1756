import scaleKernel from '../../kernels/scale.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { type Lowering, type Operand, zeroBias } from '../lower/lowering.js';
import { checkVector, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/**
 * y = x * s[c] + b[c]: Caffe's Scale, and batch norm at inference.
 * @param t s, b: [C/4] of vec4<f32>; no bias adds nothing.
 */
export function scale<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; s: View<B>; b: View<B> | null; y: Operand<B> },
): Dispatch<B>[] {
  const { c } = t.y.shape;
  const b = t.b ?? zeroBias(ctx, c);
  checkVector(ctx.op, 'scale', t.s, c);
  checkVector(ctx.op, 'bias', b, c);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel: scaleKernel,
      elem: ctx.elem,
      constants: {},
      params: { ...run.params, count, c4: blocks(c) },
      bindings: { ...run.views, s: t.s, b },
      invocations: count,
      flops: 2 * run.pixels * c,
      bytes: run.bytes + t.s.size + b.size,
    };
  });
}
