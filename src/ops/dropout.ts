import kernel from '../../kernels/dropout.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Lowering, type Operand, whole } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

/** Which values go. */
export interface DropoutOptions {
  /** Probability with which a value is dropped. */
  readonly ratio: number;
  /** Tells the random numbers of several layers apart. */
  readonly stream: number;
}

/**
 * y = x without some of its values, drawn one by one, and the others divided by 1 - ratio.
 * @param t counter: [1, 4, 1, 1] of u32, the seed's two words, the number of the draw, 0.
 */
export function dropout<B>(
  ctx: Lowering<B>,
  { x, counter, y }: { x: Operand<B>; counter: Operand<B>; y: Operand<B> },
  { ratio, stream }: DropoutOptions,
): Dispatch<B>[] {
  if (!(ratio >= 0 && ratio < 1))
    throw new ShapeError(`${ctx.op}: a ratio of ${ratio}, should be from 0 and below 1`);
  const c4 = blocks(y.shape.c);
  return pixelRuns(ctx, { x, y }).map((run) => ({
    kernel,
    elem: ctx.elem,
    constants: {},
    params: { ...run.params, count: run.pixels * c4, place: run.pixel * c4, stream, ratio },
    bindings: { ...run.views, counter: whole(counter.buffer, 16) },
    invocations: run.pixels * c4,
    flops: 0,
    bytes: run.bytes,
  }));
}
