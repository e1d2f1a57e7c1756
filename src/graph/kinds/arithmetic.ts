import { broadcastShape } from '../../lower/broadcast.js';
import { type ArgmaxOptions, argmaxMap } from '../../ops/argmax_map.js';
import { type BinaryOp, binary } from '../../ops/binary.js';
import { choose } from '../../ops/choose.js';
import { type OneHotOptions, oneHot, oneHotShape } from '../../ops/one_hot.js';
import { type ReduceOptions, reduce, reduceShape } from '../../ops/reduce.js';
import type { Shape } from '../../shape.js';
import type { Kinds } from '../node.js';
import { acrossReach, cellReach } from './reach.js';
import { meet } from './rules.js';

/** Arithmetic of several maps, and over axes: imported graphs need it. */
export interface ArithmeticAttrs {
  /** a op b, an axis of size 1 repeated. */
  binary: { readonly op: BinaryOp };
  /** The second input where the first is not 0, else the third; an axis of size 1 is repeated. */
  select: Record<never, never>;
  reduce: ReduceOptions;
  /** The channel with the largest value, a map of whole numbers. */
  argmax: ArgmaxOptions;
  one_hot: OneHotOptions;
}

const widest = (inputs: readonly number[]): number => Math.max(...inputs);

/** Reducing rows or columns leaves no place over the image. */
const inPlane = (axes: readonly (keyof Shape)[]): boolean => axes.includes('h') || axes.includes('w');

export const ARITHMETIC_KINDS: Kinds<ArithmeticAttrs> = {
  binary: {
    channels: widest,
    shape: broadcastShape,
    coords: meet,
    reach: cellReach,
    flops: (y) => y.n * y.c * y.h * y.w,
    lower: (ctx, { inputs: [a, b], y }, { op }) => binary(ctx, { a: a!, b: b!, y }, op),
  },
  select: {
    channels: widest,
    shape: broadcastShape,
    coords: meet,
    reach: cellReach,
    lower: (ctx, { inputs: [test, a, b], y }) => choose(ctx, { test: test!, a: a!, b: b!, y }),
  },
  reduce: {
    channels: ([c], { axes }) => (axes.includes('c') ? 1 : c!),
    shape: (name, [x], options) => reduceShape(name, x!, options),
    coords: ([x], { axes }) => (inPlane(axes) ? null : x!),
    reach: ({ axes }, where) => acrossReach(axes, where),
    flops: (_y, [x]) => x!.n * x!.c * x!.h * x!.w,
    lower: (ctx, { inputs: [x], y }, options) => reduce(ctx, { x: x!, y }, options),
  },
  argmax: {
    channels: () => 1,
    shape: (_name, [x]) => ({ ...x!, c: 1 }),
    reach: cellReach,
    lower: (ctx, { inputs: [x], y }, options) => argmaxMap(ctx, { x: x!, y }, options),
  },
  one_hot: {
    channels: (_inputs, { depth }) => depth,
    shape: (name, [x], options) => oneHotShape(name, x!, options),
    reach: cellReach,
    lower: (ctx, { inputs: [x], y }, options) => oneHot(ctx, { x: x!, y }, options),
  },
};
