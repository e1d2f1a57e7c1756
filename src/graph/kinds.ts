import { aligned, type CoordMap, cropped, enlarged, merged, transposed, windowed } from '../coords.js';
import { ShapeError } from '../errors.js';
import { cropShape } from '../lower/crop.js';
import type { FilterShape } from '../lower/filter.js';
import { zeroBias } from '../lower/lowering.js';
import { type AvgPoolOptions, type PoolOptions, poolShape, poolWindow } from '../lower/pool.js';
import type { TransposedOptions } from '../lower/transposed.js';
import { type Activation, activation } from '../ops/activation.js';
import { avgPool } from '../ops/avg_pool.js';
import { concat, concatShape } from '../ops/concat.js';
import {
  type ConvTranspose2dOptions,
  convTranspose2d,
  convTranspose2dFlops,
  convTranspose2dLayout,
  convTranspose2dShape,
} from '../ops/conv_transpose2d.js';
import {
  type BilinearOptions,
  bilinearShape,
  convTranspose2dBilinear,
} from '../ops/conv_transpose2d_bilinear.js';
import {
  type Conv2dOptions,
  conv2d,
  conv2dFlops,
  conv2dLayout,
  conv2dShape,
  conv2dWindow,
} from '../ops/conv2d.js';
import { crop } from '../ops/crop.js';
import { cropSum, cropSumShape } from '../ops/crop_sum.js';
import { globalAvgPool, globalAvgPoolShape } from '../ops/global_avg_pool.js';
import { innerProduct, innerProductFilter } from '../ops/inner_product.js';
import { type LrnOptions, lrn } from '../ops/lrn.js';
import { maxPool } from '../ops/max_pool.js';
import { prelu } from '../ops/prelu.js';
import { type ResizeOptions, resize, resizeShape } from '../ops/resize.js';
import { scale } from '../ops/scale.js';
import { type SoftmaxOptions, softmax } from '../ops/softmax.js';
import { type SumOptions, sum, sumShape } from '../ops/sum.js';
import { type Pair, padding, pair, type Shape, showShape, type Window } from '../shape.js';
import type { Kind, KindName } from './node.js';

/** What a layer of each kind is described by. */
export interface Attrs {
  input: { readonly channels: number; readonly size: Pair | null };
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
  upsample: { readonly options: Omit<BilinearOptions, 'crop'>; readonly crop?: Pair };
  /** The second input lends its size. */
  crop: { readonly offset: Pair };
  /** The first input plus a crop of the second. */
  crop_sum: { readonly offset: Pair };
  max_pool: PoolOptions;
  avg_pool: AvgPoolOptions;
  global_avg_pool: Record<never, never>;
  activation: Activation;
  prelu: { readonly channels: number };
  scale: { readonly channels: number; readonly bias: boolean };
  lrn: LrnOptions;
  resize: ResizeOptions;
  softmax: SoftmaxOptions;
  sum: SumOptions;
  concat: Record<never, never>;
}

const axis = (w: Window, i: 0 | 1) => ({
  kernel: w.kernel[i],
  stride: w.stride[i],
  dilation: w.dilation[i],
  pad: w.pad[i],
});

const windowCoords = (x: CoordMap, w: Window): CoordMap => [
  windowed(x[0], axis(w, 0)),
  windowed(x[1], axis(w, 1)),
];

/** Padding moves cells as in the convolution whose transpose it is. */
function transposedCoords(x: CoordMap, kernel: Pair, o: TransposedOptions): CoordMap {
  const stride = pair(o.stride ?? 1);
  const dilation = pair(o.dilation ?? 1);
  const pad = padding(o.pad ?? 0);
  const along = (i: 0 | 1) =>
    transposed(x[i], { kernel: kernel[i], stride: stride[i], dilation: dilation[i], pad: pad[i] });
  return [along(0), along(1)];
}

/** Known for whole factors of half-pixel centres; other conventions place cells by the map's size. */
function resizedCoords(x: CoordMap, o: ResizeOptions): CoordMap | null {
  if (!('scale' in o) || (o.coordinates ?? 'half_pixel') !== 'half_pixel') return null;
  const [y, horizontal] = pair(o.scale);
  if (!Number.isSafeInteger(y) || !Number.isSafeInteger(horizontal)) return null;
  return [enlarged(x[0], y), enlarged(x[1], horizontal)];
}

/** Maps that meet cell by cell have a place only where they lie alike. */
const meet = (maps: readonly CoordMap[]): CoordMap | null =>
  maps.every((m) => aligned(m, maps[0]!)) ? maps.reduce(merged) : null;

const same = (_name: string, [x]: readonly Shape[]): Shape => x!;

const biasVector = (channels: number, bias: boolean): Record<string, number> =>
  bias ? { bias: channels } : {};

/** Every kind of layer: its size, its place over the image, its weights and its dispatches. */
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
    coords: ([x], { filter, options }) => windowCoords(x!, conv2dWindow(filter, options)),
    filter: ({ filter, options }, memory, elem) => ({
      shape: filter,
      layout: conv2dLayout(filter, options, memory, elem),
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
    lower: (ctx, t, { options, crop: offset }) =>
      convTranspose2dBilinear(
        ctx,
        { x: t.inputs[0]!, y: t.y },
        { ...options, ...(offset && { crop: { offset, size: t.y.shape } }) },
      ),
  },
  crop: {
    reads: 1,
    shape: (name, [x, like], { offset }) => cropShape(name, x!, { offset, size: like! }),
    coords: ([x], { offset }) => [cropped(x![0], offset[0]), cropped(x![1], offset[1])],
    lower: (ctx, t, { offset }) => crop(ctx, { x: t.inputs[0]!, y: t.y }, { offset, size: t.y.shape }),
  },
  crop_sum: {
    shape: (name, [a, b], { offset }) => cropSumShape(name, a!, b!, { offset }),
    lower: (ctx, t, { offset }) => cropSum(ctx, { a: t.inputs[0]!, b: t.inputs[1]!, y: t.y }, { offset }),
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
  max_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    lower: (ctx, t, options) => maxPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  avg_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    lower: (ctx, t, options) => avgPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  global_avg_pool: {
    shape: (_name, [x]) => globalAvgPoolShape(x!),
    coords: () => null,
    lower: (ctx, t) => globalAvgPool(ctx, { x: t.inputs[0]!, y: t.y }),
  },
  activation: {
    shape: same,
    lower: (ctx, t, f) => activation(ctx, { x: t.inputs[0]!, y: t.y }, f),
  },
  prelu: {
    shape: same,
    vectors: ({ channels }) => ({ weight: channels }),
    lower: (ctx, t) => prelu(ctx, { x: t.inputs[0]!, slope: t.vectors.weight!, y: t.y }),
  },
  scale: {
    shape: same,
    vectors: ({ channels, bias }) => ({ weight: channels, ...biasVector(channels, bias) }),
    lower: (ctx, t) =>
      scale(ctx, { x: t.inputs[0]!, s: t.vectors.weight!, b: t.vectors.bias ?? null, y: t.y }),
  },
  lrn: {
    shape: same,
    lower: (ctx, t, options) => lrn(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  resize: {
    shape: (name, [x], options) => resizeShape(name, x!, options),
    coords: ([x], options) => resizedCoords(x!, options),
    lower: (ctx, t, options) => resize(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  softmax: {
    shape: same,
    lower: (ctx, t, options) => softmax(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  sum: {
    shape: (name, xs, options) => sumShape(name, xs, options),
    coords: meet,
    lower: (ctx, t, options) => sum(ctx, { xs: t.inputs, y: t.y }, options),
  },
  concat: {
    channels: (inputs) => inputs.reduce((a, b) => a + b, 0),
    shape: concatShape,
    coords: meet,
    lower: (ctx, t) => concat(ctx, { xs: t.inputs, y: t.y }),
  },
};
