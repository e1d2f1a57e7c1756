import { ShapeError } from '../../errors.js';
import { type FilterShape, winogradTile } from '../../lower/filter.js';
import { zeroBias } from '../../lower/lowering.js';
import {
  type ConvTranspose2dOptions,
  convTranspose2d,
  convTranspose2dFlops,
  convTranspose2dLayout,
  convTranspose2dShape,
} from '../../ops/conv_transpose2d.js';
import {
  type BilinearOptions,
  bilinearShape,
  convTranspose2dBilinear,
} from '../../ops/conv_transpose2d_bilinear.js';
import {
  type Conv2dOptions,
  conv2d,
  conv2dFlops,
  conv2dLayout,
  conv2dShape,
  conv2dWindow,
} from '../../ops/conv2d.js';
import { innerProduct, innerProductFilter } from '../../ops/inner_product.js';
import { type Pair, pair, type Shape, showShape } from '../../shape.js';
import type { Kinds } from '../node.js';
import { transposedReach, windowReach, winogradReach } from './reach.js';
import { biasVector, transposedCoords, windowCoords } from './rules.js';

/** Layers with a filter. */
export interface FilterAttrs {
  conv2d: { readonly filter: FilterShape; readonly options: Conv2dOptions; readonly bias: boolean };
  inner_product: {
    readonly x: Pick<Shape, 'c' | 'h' | 'w'>;
    readonly out: number;
    readonly bias: boolean;
    readonly relu: boolean;
  };
  /** `crop`: rows and columns cut from the top left, where a crop behind it is merged. */
  conv_transpose2d: {
    readonly filter: FilterShape;
    readonly options: Omit<ConvTranspose2dOptions, 'crop'>;
    readonly bias: boolean;
    readonly crop?: Pair;
  };
  /** A transposed convolution with fixed bilinear weights, channel by channel. */
  upsample: {
    readonly options: Omit<BilinearOptions, 'crop' | 'labels'>;
    readonly crop?: Pair;
    /** The label of each pixel instead of its scores, where an argmax behind it is merged. */
    readonly labels?: boolean;
  };
}

export const FILTER_KINDS: Kinds<FilterAttrs> = {
  conv2d: {
    channels: (_inputs, { filter }) => filter.out,
    shape: (name, [x], { filter, options }) => conv2dShape(name, x!, filter, options),
    coords: ([x], { filter, options }) => windowCoords(x!, conv2dWindow(filter, options)),
    reach({ filter, options }, where) {
      const win = conv2dWindow(filter, options);
      const tile = winogradTile(conv2dLayout(filter, options, where));
      return tile ? winogradReach(tile, win.pad[where.axis], options.pool ? 2 : 1) : windowReach(win, where);
    },
    filter: ({ filter, options }, where) => ({
      shape: filter,
      layout: conv2dLayout(filter, options, where),
    }),
    vectors: ({ filter, bias }) => biasVector(filter.out, bias),
    flops(_y, [x], { filter, options: { pool: _, ...conv } }) {
      return conv2dFlops(conv2dShape('conv2d', x!, filter, conv), filter);
    },
    lower: (ctx, t, { filter, options }) =>
      conv2d(
        ctx,
        { x: t.inputs[0]!, w: t.filter!, b: t.vectors.bias ?? zeroBias(ctx, filter.out), y: t.y },
        options,
      ),
  },
  conv_transpose2d: {
    channels: (_inputs, { filter }) => filter.out,
    shape: (name, [x], { filter, options }) => convTranspose2dShape(name, x!, filter, options),
    coords: ([x], { filter, options }) => transposedCoords(x!, filter.kernel, options),
    reach: ({ filter, options }, where) => transposedReach(filter.kernel, options, where),
    filter: ({ filter }) => ({ shape: filter, layout: convTranspose2dLayout(filter) }),
    vectors: ({ filter, bias }) => biasVector(filter.out, bias),
    flops: (y, _inputs, { filter, options }) => convTranspose2dFlops(y, filter, options),
    lower: (ctx, t, { filter, options, crop: offset }) =>
      convTranspose2d(
        ctx,
        { x: t.inputs[0]!, w: t.filter!, b: t.vectors.bias ?? zeroBias(ctx, filter.out), y: t.y },
        { ...options, ...(offset && { crop: { offset, size: t.y.shape } }) },
      ),
  },
  upsample: {
    shape: (name, [x], { options }) => bilinearShape(name, x!, options),
    coords: ([x], { options }) => transposedCoords(x!, pair(options.kernel), options),
    reach: ({ options }, where) => transposedReach(pair(options.kernel), options, where),
    lower: (ctx, t, { options, crop: offset, labels }) =>
      convTranspose2dBilinear(
        ctx,
        { x: t.inputs[0]!, y: t.y },
        { ...options, labels, ...(offset && { crop: { offset, size: t.y.shape } }) },
      ),
  },
  inner_product: {
    channels: (_inputs, { out }) => out,
    shape(name, [x], { x: want, out }) {
      if (x!.c !== want.c || x!.h !== want.h || x!.w !== want.w)
        throw new ShapeError(
          `${name}: map of ${showShape(x!)}, should be ${want.c} x ${want.h} x ${want.w}; convolutionalise the net to run other sizes`,
        );
      return { n: x!.n, c: out, h: 1, w: 1 };
    },
    coords: ([x], { x: { h, w } }) =>
      windowCoords(x!, { kernel: [h, w], stride: [1, 1], dilation: [1, 1], pad: [0, 0, 0, 0] }),
    filter: ({ x, out }) => ({ shape: innerProductFilter(x, out), layout: 'tiles' }),
    vectors: ({ out, bias }) => biasVector(out, bias),
    flops: (y, _inputs, { x }) => 2 * y.n * y.c * x.c * x.h * x.w,
    lower: (ctx, t, { out, relu }) =>
      innerProduct(
        ctx,
        { x: t.inputs[0]!, w: t.filter!, b: t.vectors.bias ?? zeroBias(ctx, out), y: t.y },
        { relu },
      ),
  },
};
