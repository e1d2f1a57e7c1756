import { windowed } from '../coords.js';
import { ShapeError } from '../errors.js';
import type { FilterShape } from '../lower/filter.js';
import { zeroBias } from '../lower/lowering.js';
import { type Conv2dOptions, conv2d, conv2dFlops, conv2dLayout, conv2dShape, conv2dWindow } from '../ops/conv2d.js';
import { maxPool, type PoolOptions, poolShape, poolWindow } from '../ops/max_pool.js';
import { type Pair, showShape, type Window } from '../shape.js';
import type { Kind, KindName } from './node.js';

/** What a layer of each kind is described by. */
export interface Attrs {
  input: { readonly channels: number; readonly size: Pair | null };
  conv2d: { readonly filter: FilterShape; readonly options: Conv2dOptions; readonly bias: boolean };
  max_pool: PoolOptions;
}

const axis = (w: Window, i: 0 | 1) => ({
  kernel: w.kernel[i],
  stride: w.stride[i],
  dilation: w.dilation[i],
  pad: w.pad[i],
});

export const KINDS: { readonly [K in KindName]: Kind<Attrs[K]> } = {
  input: {
    channels: (_inputs, { channels }) => channels,
    shape(name, [x], { channels, size }) {
      if (!x) throw new ShapeError(`${name}: no input of this name was given`);
      if (x.c !== channels) throw new ShapeError(`${name}: input of ${x.c} channels, should be ${channels}`);
      if (size && (x.h !== size[0] || x.w !== size[1]))
        throw new ShapeError(`${name}: input ${showShape(x)}, should be ${size[0]} x ${size[1]} pixels`);
      return x;
    },
    lower: () => [],
  },
  conv2d: {
    channels: (_inputs, { filter }) => filter.out,
    shape: (name, [x], { filter, options }) => conv2dShape(name, x!, filter, options),
    coords([x], { filter, options }) {
      const win = conv2dWindow(filter, options);
      return [windowed(x![0], axis(win, 0)), windowed(x![1], axis(win, 1))];
    },
    filter: ({ filter, options }, memory) => ({ shape: filter, layout: conv2dLayout(filter, options, memory) }),
    vectors: ({ filter, bias }): Record<string, number> => (bias ? { bias: filter.out } : {}),
    flops: (y, _inputs, { filter }) => conv2dFlops(y, filter),
    lower: (ctx, t, { filter, options }) =>
      conv2d(
        ctx,
        { x: t.inputs[0]!, w: t.filter!, b: t.vectors.bias ?? zeroBias(ctx, filter.out), y: t.y },
        options,
      ),
  },
  max_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords([x], options) {
      const win = poolWindow(options);
      return [windowed(x![0], axis(win, 0)), windowed(x![1], axis(win, 1))];
    },
    lower: (ctx, t, options) => maxPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
};
