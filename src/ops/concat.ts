import concatKernel from '../../kernels/concat.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, ceilDiv, type Shape, showShape } from '../shape.js';

/** [N, sum of C, H, W]. */
export function concatShape(op: string, xs: readonly Shape[]): Shape {
  const [first, ...rest] = xs;
  if (!first) throw new ShapeError(`${op}: no maps, should be at least one`);
  for (const x of rest) {
    if (x.n !== first.n || x.h !== first.h || x.w !== first.w)
      throw new ShapeError(
        `${op}: map of ${showShape(x)} behind one of ${showShape(first)}, should agree but for the channels`,
      );
  }
  return { ...first, c: xs.reduce((c, x) => c + x.c, 0) };
}

/** y = the channels of the maps, one after another. A launch per map, in their order. */
export function concat<B>(ctx: Lowering<B>, t: { xs: readonly Operand<B>[]; y: Operand<B> }): Dispatch<B>[] {
  const { xs, y } = t;
  let offset = 0;
  return xs.flatMap((x) => {
    const shift = offset % 4;
    const start = (offset - shift) / 4;
    const touched = ceilDiv(shift + x.shape.c, 4);
    offset += x.shape.c;
    return pixelRuns(ctx, { x, y }).map((run) => {
      const count = run.pixels * touched;
      return {
        kernel: concatKernel,
        elem: ctx.elem,
        constants: {},
        params: {
          ...run.params,
          count,
          x_c: x.shape.c,
          x_c4: blocks(x.shape.c),
          y_c4: blocks(y.shape.c),
          touched,
          start,
          shift,
        },
        bindings: run.views,
        invocations: count,
        flops: 0,
        bytes: 2 * run.pixels * x.shape.c * (ctx.elem === 'f16' ? 2 : 4),
      };
    });
  });
}
