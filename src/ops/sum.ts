import sumKernel from '../../kernels/sum.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, type Shape, sameShape, showShape } from '../shape.js';

/** The factors of a sum, and what follows it. */
export interface SumOptions {
  /** A factor for each map; 1 by default. */
  readonly coefficients?: readonly number[];
  /** max(y, 0). */
  readonly relu?: boolean;
}

/** The common shape of the maps. */
export function sumShape(op: string, xs: readonly Shape[], o: SumOptions = {}): Shape {
  const [first, ...rest] = xs;
  if (!first) throw new ShapeError(`${op}: no maps, should be at least one`);
  for (const x of rest) {
    if (!sameShape(x, first))
      throw new ShapeError(`${op}: map of ${showShape(x)}, should be ${showShape(first)}`);
  }
  if (o.coefficients && o.coefficients.length !== xs.length)
    throw new ShapeError(`${op}: ${o.coefficients.length} coefficients, should be ${xs.length}`);
  return first;
}

/** y += x: a launch that reads what it writes. */
export const accumulate = <B>(ctx: Lowering<B>, t: { x: Operand<B>; y: Operand<B> }): Dispatch<B>[] =>
  launches(ctx, { a: t.x, y: t.y }, { ca: 1, cb: 0 }, { ACCUMULATE: 1, RELU: 0 });

/** y = act(c_0 x_0 + c_1 x_1 + ...), a launch for every two maps; y must be none of them. */
export function sum<B>(
  ctx: Lowering<B>,
  t: { xs: readonly Operand<B>[]; y: Operand<B> },
  o: SumOptions = {},
): Dispatch<B>[] {
  const { xs, y } = t;
  const coefficient = (i: number) => o.coefficients?.[i] ?? 1;
  const pairs = Array.from({ length: Math.ceil(xs.length / 2) }, (_, k) => 2 * k);
  return pairs.flatMap((i) => {
    const maps = { a: xs[i]!, ...(xs[i + 1] && { b: xs[i + 1]! }), y };
    const relu = i + 2 >= xs.length && o.relu;
    const factors = { ca: coefficient(i), cb: coefficient(i + 1) };
    return launches(ctx, maps, factors, { ACCUMULATE: Number(i > 0), RELU: Number(relu ?? false) });
  });
}

function launches<B>(
  ctx: Lowering<B>,
  { a, b, y }: { a: Operand<B>; b?: Operand<B>; y: Operand<B> },
  factors: { ca: number; cb: number },
  constants: { ACCUMULATE: number; RELU: number },
): Dispatch<B>[] {
  return pixelRuns(ctx, { a, b: b ?? a, y }).map((run): Dispatch<B> => {
    const count = run.pixels * blocks(y.shape.c);
    return {
      kernel: sumKernel,
      elem: ctx.elem,
      constants: { PAIR: Number(b !== undefined), ...constants },
      params: { ...run.params, count, ...factors },
      bindings: run.views,
      invocations: count,
      flops: 2 * (b ? 2 : 1) * run.pixels * y.shape.c,
      bytes: run.bytes,
    };
  });
}
