import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import type { Lowering, Operand } from '../lower/lowering.js';
import { resample, resampleApart } from '../lower/resample.js';
import {
  type Interpolation,
  type ResizeAxis,
  resizeTable,
  scaleFraction,
  transposedTable,
} from '../lower/resize_table.js';
import { type Pair, pair, type Shape } from '../shape.js';

type Size = Pair | { readonly h: number; readonly w: number };

/**
 * By output size (or a map that has it), or by scales, output over input; by both where the size is not
 * what the scales give.
 */
export type ResizeOptions = Interpolation &
  ({ readonly size: Size } | { readonly scale: number | Pair; readonly size?: Size });

function axes(op: string, x: Shape, o: ResizeOptions): readonly [y: ResizeAxis, x: ResizeAxis] {
  const { size: wanted, region } = o;
  if (region && !(region[0] <= region[2] && region[1] <= region[3]))
    throw new ShapeError(`${op}: region [${region.join(', ')}], should go from top left to bottom right`);
  const axis = (i: 0 | 1, size: number): ResizeAxis => {
    const given = wanted && ('h' in wanted ? [wanted.h, wanted.w][i]! : wanted[i]);
    const [up, down] = 'scale' in o ? scaleFraction(pair(o.scale)[i]) : [given!, size];
    const out = given ?? Math.floor((size * up) / down);
    return { size, out, up, down, ...(region && { region: [region[i], region[i + 2]!] }) };
  };
  const both = [axis(0, x.h), axis(1, x.w)] as const;
  for (const { out } of both) {
    if (!Number.isSafeInteger(out) || out < 1)
      throw new ShapeError(`${op}: output of ${both[0].out} x ${both[1].out}, should be positive integers`);
  }
  return both;
}

/** [N, C, H', W'] of a resize: by scale, the size rounds down. */
export function resizeShape(op: string, x: Shape, o: ResizeOptions): Shape {
  const [vertical, horizontal] = axes(op, x, o);
  return { n: x.n, c: x.c, h: vertical.out, w: horizontal.out };
}

/** The tables of rows and columns. */
export const resizeTables = (op: string, x: Shape, o: ResizeOptions) => {
  const [vertical, horizontal] = axes(op, x, o);
  return { rows: resizeTable(vertical, o), columns: resizeTable(horizontal, o) };
};

/** y = x at another height and width, [N, C, H', W']. See `resizeShape`. */
export const resize = <B>(
  ctx: Lowering<B>,
  t: { x: Operand<B>; y: Operand<B> },
  o: ResizeOptions,
): Dispatch<B>[] => resample(ctx, t, resizeTables(ctx.op, t.x.shape, o));

/** dx of a resize from dx's size to dy's: each source pixel takes back from all that it gave to. */
export function resizeGradient<B>(
  ctx: Lowering<B>,
  { dy, dx }: { dy: Operand<B>; dx: Operand<B> },
  o: ResizeOptions,
): Dispatch<B>[] {
  const { rows, columns } = resizeTables(ctx.op, dx.shape, o);
  const tables = {
    rows: transposedTable(rows, dx.shape.h),
    columns: transposedTable(columns, dx.shape.w),
  };
  return resampleApart(ctx, { x: dy, y: dx }, tables);
}
