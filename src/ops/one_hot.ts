import oneHotKernel from '../../kernels/one_hot.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, type Shape } from '../shape.js';

/** Classes, and the label that is none of them. */
export interface OneHotOptions {
  readonly depth: number;
  readonly ignore?: number | null;
}

/** [N, depth, H, W] from whole numbers [N, 1, H, W]. */
export function oneHotShape(op: string, x: Shape, { depth }: OneHotOptions): Shape {
  if (x.c !== 1) throw new ShapeError(`${op}: labels of ${x.c} channels, should be 1`);
  if (!Number.isSafeInteger(depth) || depth < 1)
    throw new ShapeError(`${op}: depth ${depth}, should be a positive integer`);
  return { ...x, c: depth };
}

/** y = 1 in the channel that each label names, else 0: a label beyond the channels names none. */
export const oneHot = <B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  { ignore = null }: OneHotOptions,
): Dispatch<B>[] =>
  pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const { c } = t.y.shape;
    const count = run.pixels * blocks(c);
    return {
      kernel: oneHotKernel,
      elem: ctx.elem,
      constants: { IGNORE: Number(ignore !== null) },
      params: { ...run.params, count, c, c4: blocks(c), ignored: ignore ?? 0 },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    };
  });
