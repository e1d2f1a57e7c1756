import argmaxMapKernel from '../../kernels/argmax_map.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** Which of the channels with the extreme value. */
export interface ArgmaxOptions {
  /** The highest of equals, instead of the lowest. */
  readonly last?: boolean;
  /** The smallest value, instead of the largest. */
  readonly min?: boolean;
}

/** Whole numbers up to here are exact in f16. */
const MOST_F16 = 2048;

/** y = the channel with the largest value at each pixel, [N, 1, H, W] of whole numbers. */
export function argmaxMap<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  { last = false, min = false }: ArgmaxOptions = {},
): Dispatch<B>[] {
  const { c } = t.x.shape;
  if (ctx.elem === 'f16' && c > MOST_F16)
    throw new ShapeError(`${ctx.op}: ${c} channels in f16, should be at most ${MOST_F16}`);
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => ({
    kernel: argmaxMapKernel,
    elem: ctx.elem,
    constants: { LAST: Number(last), MIN: Number(min) },
    params: { ...run.params, count: run.pixels, c, c4: blocks(c) },
    bindings: run.views,
    invocations: run.pixels,
    flops: 0,
    bytes: run.bytes,
  }));
}
