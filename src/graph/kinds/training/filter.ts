import type { Dispatch } from '../../../dispatch.js';
import { conv2dWindow } from '../../../lower/convolution.js';
import type { FilterShape } from '../../../lower/filter.js';
import { filterMap, packGiven } from '../../../lower/given_filter.js';
import { type Lowering, type Operand, whole, zeroBias } from '../../../lower/lowering.js';
import { convTranspose2d, convTranspose2dLayout } from '../../../ops/conv_transpose2d.js';
import { type Conv2dOptions, conv2d, conv2dFlops, conv2dLayout } from '../../../ops/conv2d.js';
import { conv2dFilterGradient } from '../../../ops/conv2d_filter_gradient.js';
import { reduce } from '../../../ops/reduce.js';
import { blocks, type Padding } from '../../../shape.js';
import type { Kinds } from '../../node.js';
import { FILTER_KINDS, type FilterAttrs } from '../filter.js';

/** A convolution seen from its gradients: its filter, and its window without what follows. */
export interface ConvGradient {
  readonly filter: FilterShape;
  readonly options: Omit<Conv2dOptions, 'relu' | 'pool'>;
}

/** Layers whose filter is a map, because it learns, and their gradients. */
export interface FilterTrainingAttrs {
  /** Reads x, the filter as `filterMap` has it, and with `bias` a map [1, O, 1, 1]. */
  conv2d_given: FilterAttrs['conv2d'];
  conv_transpose2d_given: FilterAttrs['conv_transpose2d'];
  /** Reads dy and the filter; x lends its size. */
  conv2d_input_gradient: ConvGradient;
  /** Reads x and dy. */
  conv2d_filter_gradient: ConvGradient;
  /** The convolution, of the size that its third input lends: what goes back through a transposed one. */
  conv2d_like: ConvGradient;
}

const biasOf = <B>(ctx: Lowering<B>, b: Operand<B> | undefined, channels: number) =>
  b ? whole(b.buffer, 16 * blocks(channels)) : zeroBias(ctx, channels);

/** y = act(b + w * x) of a filter that is a map. */
function convolve<B>(
  ctx: Lowering<B>,
  { x, w, b, y }: { x: Operand<B>; w: Operand<B>; b?: Operand<B> | undefined; y: Operand<B> },
  filter: FilterShape,
  options: Conv2dOptions,
): Dispatch<B>[] {
  const packed = packGiven(ctx, w, filter, conv2dLayout(filter, options, ctx));
  const bias = biasOf(ctx, b, filter.out);
  return [...packed.dispatches, ...conv2d(ctx, { x, w: packed.filter, b: bias, y }, options)];
}

/**
 * dx[i] = sum over o, t of w[o, i, t] dy[(p + pad - t*d)/s, o]: the transposed convolution with the same filter. At
 * stride 1 that is a convolution by the filter turned half round, with what padding leaves of the window's reach.
 */
function inputGradient<B>(
  ctx: Lowering<B>,
  { dy, w, dx }: { dy: Operand<B>; w: Operand<B>; dx: Operand<B> },
  { filter, options }: ConvGradient,
): Dispatch<B>[] {
  const { kernel, stride, dilation, pad } = conv2dWindow(filter, options);
  const back: FilterShape = { ...filter, in: filter.out, out: filter.in, transposed: true };
  const b = zeroBias(ctx, back.out);
  const layout = convTranspose2dLayout(back);
  const sides = pad.map((p, i) => dilation[i % 2]! * (kernel[i % 2]! - 1) - p) as unknown as Padding;
  if (layout === 'raw' || stride.some((s) => s > 1) || sides.some((p) => p < 0)) {
    const packed = packGiven(ctx, w, back, layout);
    const t = { x: dy, w: packed.filter, b, y: dx };
    return [...packed.dispatches, ...convTranspose2d(ctx, t, { stride, dilation, pad })];
  }
  const turned: FilterShape = { ...back, transposed: false };
  const window = { dilation, pad: sides };
  const packed = packGiven(ctx, w, back, conv2dLayout(turned, window, ctx), {
    turned: true,
  });
  const t = { x: dy, w: { ...packed.filter, shape: turned }, b, y: dx };
  return [...packed.dispatches, ...conv2d(ctx, t, window)];
}

const { conv2d: CONV, conv_transpose2d: TRANSPOSED } = FILTER_KINDS;

export const FILTER_TRAINING_KINDS: Kinds<FilterTrainingAttrs> = {
  conv2d_given: {
    channels: (_inputs, { filter }) => filter.out,
    shape: CONV.shape,
    coords: () => null,
    flops: CONV.flops!,
    lower: (ctx, { inputs: [x, w, b], y }, { filter, options }) =>
      convolve(ctx, { x: x!, w: w!, b, y }, filter, options),
  },
  conv_transpose2d_given: {
    channels: (_inputs, { filter }) => filter.out,
    shape: TRANSPOSED.shape,
    coords: () => null,
    flops: TRANSPOSED.flops!,
    lower(ctx, { inputs: [x, w, b], y }, { filter, options, crop: offset }) {
      const packed = packGiven(ctx, w!, filter, convTranspose2dLayout(filter));
      const t = { x: x!, w: packed.filter, b: biasOf(ctx, b, filter.out), y };
      const crop = offset && { crop: { offset, size: y.shape } };
      return [...packed.dispatches, ...convTranspose2d(ctx, t, { ...options, ...crop })];
    },
  },
  conv2d_input_gradient: {
    reads: 2,
    channels: (_inputs, { filter }) => filter.in,
    shape: (_name, [, , x]) => x!,
    coords: () => null,
    flops: (_y, [dy], { filter }) => conv2dFlops(dy!, filter),
    lower: (ctx, { inputs: [dy, w], y }, attrs) => inputGradient(ctx, { dy: dy!, w: w!, dx: y }, attrs),
  },
  conv2d_filter_gradient: {
    channels: (_inputs, { filter }) => filter.in / filter.groups,
    shape: (_name, _inputs, { filter }) => filterMap(filter),
    coords: () => null,
    flops: (_y, [, dy], { filter }) => conv2dFlops(dy!, filter),
    lower(ctx, { inputs: [x, dy], y }, { filter, options }) {
      const { dispatches, sums } = conv2dFilterGradient(ctx, { x: x!, dy: dy!, dw: y }, filter, options);
      if (sums.buffer === y.buffer) return dispatches;
      const total = { ...y, shape: { ...sums.shape, n: 1 } };
      return [...dispatches, ...reduce(ctx, { x: sums, y: total }, { op: 'sum', axes: ['n'] })];
    },
  },
  conv2d_like: {
    reads: 2,
    channels: (_inputs, { filter }) => filter.out,
    shape: (_name, [, , like]) => like!,
    coords: () => null,
    flops: (y, _inputs, { filter }) => conv2dFlops(y, filter),
    lower: (ctx, { inputs: [x, w], y }, { filter, options }) =>
      convolve(ctx, { x: x!, w: w!, y }, filter, options),
  },
};
