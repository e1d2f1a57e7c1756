import resizeKernel from '../../kernels/resize.wgsl';
import type { Dispatch } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { type Interpolation, type ResizeAxis, resizeTable, scaleFraction } from '../lower/resize_table.js';
import { blocks, ceilDiv, type Pair, pair, type Shape } from '../shape.js';

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
export function resize<B>(
  ctx: Lowering<B>,
  { x, y }: { x: Operand<B>; y: Operand<B> },
  o: ResizeOptions,
): Dispatch<B>[] {
  const { rows, columns } = resizeTables(ctx.op, x.shape, o);
  const firsts = new Uint32Array(rows.first.length + columns.first.length);
  firsts.set(rows.first);
  firsts.set(columns.first, rows.first.length);
  const factors = new Float32Array(rows.weights.length + columns.weights.length);
  factors.set(rows.weights);
  factors.set(columns.weights, rows.weights.length);
  const first = ctx.constant(firsts);
  const weights = ctx.constant(factors);
  // Source indices never fall, so the band's ends have its ends.
  const read = (from: number, to: number) => [rows.first[from]!, rows.first[to - 1]! + rows.taps] as const;
  const flopsPerRow = 2 * y.shape.w * y.shape.c * rows.taps * (columns.taps + 1);
  return splitRows(ctx, y, [{ t: x, rows: read }], { flopsPerRow }).map((band): Dispatch<B> => {
    const xv = rowsView(ctx, x, band, read(band.row, band.row + band.rows));
    const yv = rowsView(ctx, y, band);
    const runs = ceilDiv(y.shape.w, 4);
    const count = band.images * band.rows * runs * blocks(y.shape.c);
    return {
      kernel: resizeKernel,
      elem: ctx.elem,
      constants: {},
      params: {
        x_base: xv.base,
        x_h: x.shape.h,
        x_w: x.shape.w,
        c4: blocks(x.shape.c),
        y_base: yv.base,
        y_h: y.shape.h,
        y_w: y.shape.w,
        image: band.image,
        row: band.row,
        rows: band.rows,
        runs,
        count,
        taps_y: rows.taps,
        taps_x: columns.taps,
      },
      bindings: { x: xv.view, first, weights, y: yv.view },
      invocations: count,
      flops: band.images * band.rows * flopsPerRow,
      bytes: xv.bytes + yv.bytes,
    };
  });
}
