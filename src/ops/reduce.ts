import reduceKernel from '../../kernels/reduce.wgsl';
import reduceEndKernel from '../../kernels/reduce_end.wgsl';
import type { Dispatch, Elem } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Lowering, type Operand, rowsView, splitRows } from '../lower/lowering.js';
import { pixelRuns } from '../lower/pixel_runs.js';
import { blocks, ceilDiv, type Shape, tensorBytes } from '../shape.js';

/** An axis of a map. */
export type Axis = keyof Shape;

/** Which axes become 1, and how. */
export interface ReduceOptions {
  readonly op: ReduceOp;
  readonly axes: readonly Axis[];
}

/** OP of the kernels, what comes before, and what after. */
const OPS = {
  sum: { op: 0, pre: 0, post: 0 },
  mean: { op: 0, pre: 0, post: 0 },
  max: { op: 1, pre: 0, post: 0 },
  min: { op: 2, pre: 0, post: 0 },
  prod: { op: 3, pre: 0, post: 0 },
  l1: { op: 0, pre: 1, post: 0 },
  l2: { op: 0, pre: 2, post: 1 },
  sum_square: { op: 0, pre: 2, post: 0 },
  log_sum: { op: 0, pre: 0, post: 2 },
} as const;

/** l1 and l2 are norms. */
export type ReduceOp = keyof typeof OPS;

/** Indices that one invocation of a pass takes, as kernels/reduce.wgsl has it. */
const RUN = 32;

/** The order of passes: neighbours in memory first. */
const ORDER = ['w', 'h', 'n', 'c'] as const;

/** The map with the axes of size 1. @throws ShapeError without axes, or where one comes twice. */
export function reduceShape(op: string, x: Shape, { axes }: ReduceOptions): Shape {
  if (axes.length === 0 || new Set(axes).size !== axes.length)
    throw new ShapeError(`${op}: axes [${axes.join(', ')}], should be at least one, and differ`);
  const y: Record<Axis, number> = { ...x };
  for (const axis of axes) y[axis] = 1;
  return y;
}

/**
 * The same map and axes with neighbours that are both reduced as one axis of rows, so that fewer passes suffice; rows, as
 * a map may be cut between them.
 */
function folded<B>(t: Operand<B>, axes: readonly Axis[]): { t: Operand<B>; axes: readonly Axis[] } {
  let { n, c, h, w } = t.shape;
  if (!axes.includes('h')) return { t, axes };
  if (axes.includes('w')) [h, w] = [h * w, 1];
  if (axes.includes('n')) [n, h] = [1, n * h];
  return { t: { ...t, shape: { n, c, h, w } }, axes: axes.filter((axis) => axis === 'h' || axis === 'c') };
}

/** y = the axes of x reduced to one index each. Sums are of runs of 32, and those of 32 again. */
export function reduce<B>(
  ctx: Lowering<B>,
  { x: given, y }: { x: Operand<B>; y: Operand<B> },
  { op, axes: asked }: ReduceOptions,
): Dispatch<B>[] {
  const dispatches: Dispatch<B>[] = [];
  const { t: x, axes } = folded(given, asked);
  let from = x;
  const pass = (axis: Axis, channels?: number) => {
    const shape = shortened(from.shape, axis);
    const to: Operand<B> = { buffer: ctx.scratch(tensorBytes(shape, 'f32')), shape, elem: 'f32' };
    const constants = {
      OP: OPS[op].op,
      PRE: from === x ? OPS[op].pre : 0,
      LANES: Number(channels !== undefined),
    };
    const elem = from === x ? ctx.elem : 'f32';
    dispatches.push(...along(ctx, { from, to }, axis, { channels: channels ?? 0, constants, elem }));
    from = to;
  };
  for (const axis of ORDER.filter((a) => axes.includes(a))) {
    // Lanes beyond C count in no channel; results of a pass have none such.
    if (axis === 'c') pass(axis, x.shape.c);
    while (lengthOf(from.shape, axis) > 1 || from === x) pass(axis);
  }
  const size = axes.reduce((product, axis) => product * x.shape[axis], 1);
  const { c } = y.shape;
  for (const run of pixelRuns(ctx, { x: from, y })) {
    const count = run.pixels * blocks(c);
    dispatches.push({
      kernel: reduceEndKernel,
      elem: ctx.elem,
      constants: { OP: OPS[op].op, POST: OPS[op].post, LANES: Number(axes.includes('c')) },
      params: { ...run.params, count, c, c4: blocks(c), factor: op === 'mean' ? 1 / size : 1 },
      bindings: run.views,
      invocations: count,
      flops: 0,
      bytes: run.bytes,
    });
  }
  return dispatches;
}

/** Indices along an axis: of channels, the vec4. */
const lengthOf = (shape: Shape, axis: Axis): number => (axis === 'c' ? blocks(shape.c) : shape[axis]);

/** The map of a pass's results. */
const shortened = (shape: Shape, axis: Axis): Shape => ({
  ...shape,
  [axis]: ceilDiv(lengthOf(shape, axis), RUN) * (axis === 'c' ? 4 : 1),
});

/** One pass along one axis. */
function along<B>(
  ctx: Lowering<B>,
  { from, to }: { from: Operand<B>; to: Operand<B> },
  axis: Axis,
  { channels, constants, elem }: { channels: number; constants: Record<string, number>; elem: Elem },
): Dispatch<B>[] {
  const [x, y] = [from.shape, to.shape];
  const size = lengthOf(x, axis);
  const step = { n: x.h * x.w * blocks(x.c), h: x.w * blocks(x.c), w: blocks(x.c), c: 1 }[axis];
  const rows = (first: number, end: number): readonly [number, number] =>
    axis === 'h' ? [first * RUN, Math.min(end * RUN, x.h)] : [first, end];
  return splitRows(ctx, to, [{ t: from, rows }]).map((band): Dispatch<B> => {
    // A pass along the images reads them all.
    const read = axis === 'n' ? { ...band, image: 0, images: x.n } : band;
    const xv = rowsView(ctx, from, read, rows(band.row, band.row + band.rows));
    const yv = rowsView(ctx, to, band);
    const count = band.images * band.rows * y.w * blocks(y.c);
    return {
      kernel: reduceKernel,
      elem,
      constants,
      params: {
        x_base: xv.base,
        x_h: x.h,
        x_w: x.w,
        x_c4: blocks(x.c),
        y_base: yv.base,
        y_h: y.h,
        y_w: y.w,
        y_c4: blocks(y.c),
        image: band.image,
        row: band.row,
        rows: band.rows,
        count,
        axis: AXES.indexOf(axis),
        size,
        step,
        c: channels,
      },
      bindings: { x: xv.view, y: yv.view },
      invocations: count,
      flops: xv.bytes / (elem === 'f16' ? 2 : 4),
      bytes: xv.bytes + yv.bytes,
    };
  });
}

/** Numbers of the axes in kernels/reduce.wgsl. */
const AXES: readonly Axis[] = ['n', 'h', 'w', 'c'];
