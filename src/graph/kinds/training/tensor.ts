import {
  type GatherTables,
  type PadOptions,
  padTables,
  type SliceOptions,
  sliceTables,
  type TakeOptions,
  takeTables,
} from '../../../lower/gather_tables.js';
import type { GridSampleOptions } from '../../../lower/grid_place.js';
import type { Lowering, Operand } from '../../../lower/lowering.js';
import { gatherGradient } from '../../../ops/gather_gradient.js';
import { gridSampleGradient, gridSamplePlaceGradient } from '../../../ops/grid_sample_gradient.js';
import { matmul } from '../../../ops/matmul.js';
import { maxUnpoolGradient } from '../../../ops/max_unpool_gradient.js';
import { rearrange } from '../../../ops/rearrange.js';
import { type Shape, tensorBytes } from '../../../shape.js';
import type { Kind, Kinds } from '../../node.js';

/** Gradients of layers over tensors of any axes. */
export interface TensorTrainingAttrs {
  /** Read dy; x lends its size. */
  pad_gradient: PadOptions;
  slice_gradient: SliceOptions;
  take_gradient: TakeOptions;
  /** Reads dy, with respect to a also b and to b also a; the operand itself lends its columns, and is not repeated. */
  matmul_gradient: { readonly of: 'a' | 'b' };
  /** Reads positions and dy. */
  max_unpool_gradient: Record<never, never>;
  /** Reads dy and grid; x lends its size. */
  grid_sample_gradient: GridSampleOptions;
  /** Reads x, grid and dy; with respect to the grid. */
  grid_sample_place_gradient: GridSampleOptions;
}

/** The way back from a gather. */
const gathered = <A>(tables: (op: string, x: Shape, attrs: A) => GatherTables): Kind<A> => ({
  reads: 1,
  channels: ([, x]) => x!,
  shape: (_name, [, x]) => x!,
  coords: () => null,
  lower: (ctx, { inputs: [dy], y: dx }, attrs) =>
    gatherGradient(ctx, { dy: dy!, dx }, tables(ctx.op, dx.shape, attrs)),
});

/** Channels and columns exchanged. */
function turned<B>(ctx: Lowering<B>, x: Operand<B>) {
  const { n, c, h, w } = x.shape;
  const shape = { n, c: w, h, w: c };
  const y: Operand<B> = { buffer: ctx.scratch(tensorBytes(shape, ctx.elem)), shape, elem: ctx.elem };
  const digits = [
    { size: w, stride: 1 },
    { size: h, stride: w },
    { size: c, stride: h * w },
  ];
  const free = { n: null };
  const options = { digits, offset: 0, from: { ...x.shape, ...free }, to: { ...shape, ...free } };
  return { y, dispatches: rearrange(ctx, { x, y }, options) };
}

export const TENSOR_TRAINING_KINDS: Kinds<TensorTrainingAttrs> = {
  pad_gradient: gathered(padTables),
  slice_gradient: gathered(sliceTables),
  take_gradient: gathered((_op, x, o) => takeTables(x, o)),
  matmul_gradient: {
    reads: 2,
    channels: ([, , like]) => like!,
    shape: (_name, [dy, , like]) => ({ n: dy!.n, c: like!.c, h: dy!.h, w: like!.w }),
    coords: () => null,
    flops: (y, [dy, other], { of }) => 2 * y.n * y.c * y.h * y.w * (of === 'a' ? dy!.c : other!.w),
    lower(ctx, { inputs: [dy, other], y }, { of }) {
      const b = turned(ctx, other!);
      if (of === 'a') return [...b.dispatches, ...matmul(ctx, { a: dy!, b: b.y, y })];
      const a = turned(ctx, dy!);
      return [...a.dispatches, ...b.dispatches, ...matmul(ctx, { a: a.y, b: b.y, y })];
    },
  },
  max_unpool_gradient: {
    shape: (_name, [position]) => position!,
    coords: () => null,
    lower: (ctx, { inputs: [position, dy], y: dx }) =>
      maxUnpoolGradient(ctx, { position: position!, dy: dy!, dx }),
  },
  grid_sample_gradient: {
    reads: 2,
    shape: (_name, [, , x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [dy, grid], y: dx }, o) =>
      gridSampleGradient(ctx, { dy: dy!, grid: grid!, dx }, o),
  },
  grid_sample_place_gradient: {
    channels: () => 2,
    shape: (_name, [, grid]) => grid!,
    coords: () => null,
    lower: (ctx, { inputs: [x, grid, dy], y }, o) =>
      gridSamplePlaceGradient(ctx, { x: x!, grid: grid!, dy: dy!, y }, o),
  },
};
