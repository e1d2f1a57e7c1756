import {
  type PadOptions,
  padShape,
  padTables,
  type SliceOptions,
  sliceShape,
  sliceTables,
  type TakeOptions,
  takeShape,
  takeTables,
} from '../../lower/gather_tables.js';
import { constant } from '../../ops/constant.js';
import { gather } from '../../ops/gather.js';
import { type GridSampleOptions, gridSample, gridSampleShape } from '../../ops/grid_sample.js';
import { type MatmulOptions, matmul, matmulShape } from '../../ops/matmul.js';
import { maxUnpool, maxUnpoolShape } from '../../ops/max_unpool.js';
import { type RearrangeOptions, rearrange, rearrangeShape } from '../../ops/rearrange.js';
import type { Pair, Shape } from '../../shape.js';
import type { Kinds } from '../node.js';
import { acrossReach, shiftReach } from './reach.js';

/** Layers that imported graphs need beyond the paper's: tensors of any axes in maps. */
export interface TensorAttrs {
  /** A map that the weights hold: `<name>.value`, planar [n, c, h, w]. */
  constant: { readonly shape: Shape };
  rearrange: RearrangeOptions;
  pad: PadOptions;
  slice: SliceOptions;
  take: TakeOptions;
  /** y[n, j, h, i] = sum over k of a[n, k, h, i] * b[n, k, h, j]; `columns` is the number of j. */
  matmul: MatmulOptions;
  /** The first input at the positions that the second holds, in [n, c, ...size]. */
  max_unpool: { readonly size: Pair };
  /** The first input at the columns and rows that the second holds. */
  grid_sample: GridSampleOptions;
}

export const TENSOR_KINDS: Kinds<TensorAttrs> = {
  constant: {
    channels: (_inputs, { shape }) => shape.c,
    shape: (_name, _inputs, { shape }) => shape,
    vectors: ({ shape: { n, c, h, w } }) => ({ value: n * c * h * w }),
    lower: (ctx, t) => constant(ctx, { value: t.vectors.value!, y: t.y }),
  },
  rearrange: {
    channels: (_inputs, { to }) => to.c,
    shape: (name, [x], options) => rearrangeShape(name, x!, options),
    coords: () => null,
    lower: (ctx, { inputs: [x], y }, options) => rearrange(ctx, { x: x!, y }, options),
  },
  pad: {
    channels: ([c], { before, after }) => c! + before[1] + after[1],
    shape: (name, [x], options) => padShape(name, x!, options),
    coords: () => null,
    reach: ({ before, mode }, where) =>
      mode === 'constant' || mode === 'edge' ? shiftReach([-before[2], -before[3]], where) : null,
    lower: (ctx, { inputs: [x], y }, o) => gather(ctx, { x: x!, y }, padTables(ctx.op, x!.shape, o), o.value),
  },
  slice: {
    channels: ([c], o) => (o.axis === 'c' ? sliceShape('slice', { n: 1, c: c!, h: 1, w: 1 }, o).c : c!),
    shape: (name, [x], options) => sliceShape(name, x!, options),
    coords: ([x], { axis }) => (axis === 'h' || axis === 'w' ? null : x!),
    reach: ({ axis }, where) => acrossReach([axis], where),
    lower: (ctx, { inputs: [x], y }, o) => gather(ctx, { x: x!, y }, sliceTables(ctx.op, x!.shape, o)),
  },
  take: {
    channels: ([c], { axis, indices }) => (axis === 'c' ? indices.length : c!),
    shape: (name, [x], options) => takeShape(name, x!, options),
    coords: ([x], { axis }) => (axis === 'h' || axis === 'w' ? null : x!),
    reach: ({ axis }, where) => acrossReach([axis], where),
    lower: (ctx, { inputs: [x], y }, o) => gather(ctx, { x: x!, y }, takeTables(x!.shape, o)),
  },
  matmul: {
    channels: (_inputs, { columns }) => columns,
    shape: (name, [a, b], options) => matmulShape(name, a!, b!, options),
    coords: () => null,
    flops: (y, [a]) => 2 * a!.c * y.n * y.c * y.h * y.w,
    lower: (ctx, { inputs: [a, b], y }) => matmul(ctx, { a: a!, b: b!, y }),
  },
  max_unpool: {
    shape: (name, [x, positions], { size }) => maxUnpoolShape(name, x!, positions!, size),
    coords: () => null,
    lower: (ctx, { inputs: [x, position], y }) => maxUnpool(ctx, { x: x!, position: position!, y }),
  },
  grid_sample: {
    shape: (name, [x, grid]) => gridSampleShape(name, x!, grid!),
    coords: () => null,
    lower: (ctx, { inputs: [x, grid], y }, options) => gridSample(ctx, { x: x!, grid: grid!, y }, options),
  },
};
