import activationKernel from '../../kernels/activation.wgsl';
import unaryKernel from '../../kernels/unary.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Activation, unaryMode } from '../lower/activation.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks } from '../shape.js';

export type { Activation, PlainFunction } from '../lower/activation.js';

const LARGEST_F32 = (2 - 2 ** -23) * 2 ** 127;

/** The kernel of a function, and its parameters. */
function kernelOf(op: string, f: Activation) {
  const main = (mode: number, { slope = 0, low = -LARGEST_F32, high = LARGEST_F32 } = {}) => ({
    kernel: activationKernel,
    mode,
    params: { slope, low, high },
  });
  if (f.kind === 'relu') return main(0, { slope: f.slope ?? 0 });
  if (f.kind === 'sigmoid') return main(1);
  if (f.kind === 'clip') {
    const { min: low = -LARGEST_F32, max: high = LARGEST_F32 } = f;
    if (!(low <= high)) throw new ShapeError(`${op}: clip to [${low}, ${high}], should be an interval`);
    return main(2, { low, high });
  }
  const { mode, ...params } = unaryMode(f)!;
  return { kernel: unaryKernel, mode, params };
}

/** y = f(x), value by value. */
export function activation<B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  f: Activation,
): Dispatch<B>[] {
  const { kernel, mode, params } = kernelOf(ctx.op, f);
  const { c } = t.y.shape;
  const own: Readonly<Record<string, number>> =
    kernel === unaryKernel ? { ...params, c, c4: blocks(c) } : params;
  return pixelRuns(ctx, { x: t.x, y: t.y }).map((run) => {
    const count = run.pixels * blocks(c);
    return {
      kernel,
      elem: ctx.elem,
      constants: { MODE: mode },
      params: { ...run.params, count, ...own },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    };
  });
}
