import preluKernel from '../../kernels/prelu.wgsl';
import type { Dispatch, View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { checkVector, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** The slope of each channel from a layer's weights: as many, or one that all channels share. */
export function preluSlope(op: string, weights: Float32Array, channels: number): Float32Array {
  if (weights.length === channels) return weights;
  if (weights.length === 1) return new Float32Array(channels).fill(weights[0]!);
  throw new ShapeError(
    `${op}: ${weights.length} slopes for ${channels} channels, should be ${channels} or 1`,
  );
}

/**
 * y = x where it is positive, else slope[c] * x (He et al., arXiv:1502.01852).
 * @param t slope: [C/4] of vec4<f32>.
 */
export function prelu<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; slope: View<B>; y: Operand<B> },
): Dispatch<B>[] {
  const { c } = t.y.shape;
  checkVector(ctx.op, 'slope', t.slope, c);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel: preluKernel,
      elem: ctx.elem,
      constants: {},
      params: { ...run.params, count, c4: blocks(c) },
      bindings: { ...run.views, slope: t.slope },
      invocations: count,
      flops: 0,
      bytes: run.bytes + t.slope.size,
    };
  });
}
