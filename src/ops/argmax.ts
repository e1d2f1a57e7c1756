import argmaxKernel from '../../kernels/argmax.wgsl';
import type { Dispatch } from '../dispatch.js';
import type { Lowering, Operand, PixelMap } from '../lower/lowering.js';
import { checkPixels, pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** y = the channel with the largest value at each pixel, the lowest of equals. */
export function argmax<B>(ctx: Lowering<B>, t: { x: Operand<B>; y: PixelMap<B> }): Dispatch<B>[] {
  const { c } = t.x.shape;
  checkPixels(ctx.op, 'output', t.y.shape, t.x.shape);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => ({
    kernel: argmaxKernel,
    elem: ctx.elem,
    constants: {},
    params: { ...run.params, count: run.pixels, c, c4: blocks(c) },
    bindings: run.views,
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}
