import { poolWindow } from '../src/lower/pool.js';
import { conv2dWindow } from '../src/ops/conv2d.js';
import type { Shape } from '../src/shape.js';
import { type Padding, padding, pair } from '../src/shape.js';
import type { Layer } from '../test/cases/layer.js';
import { type Inputs, Unsupported } from './contender.js';
import type { Tensor, Tf } from './tfjs.js';
import { transposedPads } from './transposed_pads.js';

/** A layer's call and the tensors that it keeps. */
export interface Call {
  run(): Tensor;
  readonly kept: readonly Tensor[];
}

/** It takes a number for all sides, or an explicit list. */
const sides = ([top, left, bottom, right]: Padding) =>
  [left, bottom, right].every((v) => v === top)
    ? top
    : [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];

/** Planar data [a, b, rows] with its axes as [rows, ...order of a and b]. */
export function lastAxes(data: Float32Array, a: number, b: number, swap: boolean): Float32Array {
  const rows = data.length / (a * b);
  const y = new Float32Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let r = 0; r < rows; r++)
        y[r * a * b + (swap ? j * a + i : i * b + j)] = data[(i * b + j) * rows + r]!;
  return y;
}

/** [N, C, H, W] to [N, H, W, C]. */
export function channelsLast(data: Float32Array, { n, c, h, w }: Shape): Float32Array {
  const y = new Float32Array(data.length);
  const image = c * h * w;
  for (let i = 0; i < n; i++)
    y.set(lastAxes(data.subarray(i * image, (i + 1) * image), c, 1, false), i * image);
  return y;
}

/** [N, H, W, C] to [N, C, H, W]. */
export const planar = (data: Float32Array, { n, c, h, w }: Shape): Float32Array =>
  channelsLast(data, { n, c: h * w, h: c, w: 1 });

/** A layer as a call of TensorFlow.js on channels-last tensors. */
export function tfjsCall(tf: Tf, layer: Layer, inputs: Inputs): Call {
  const { n, c, h, w } = layer.x;
  const x = tf.tensor(channelsLast(inputs.x!, layer.x), [n, h, w, c]);
  switch (layer.op) {
    case 'conv2d':
      return convolution(tf, x, layer, inputs);
    case 'conv_transpose2d':
      return transposed(tf, x, layer, inputs);
    case 'max_pool':
    case 'avg_pool': {
      if (layer.op === 'max_pool' && layer.winner) throw new Unsupported('not compared: winners');
      const { kernel, stride, dilation, pad } = poolWindow(layer.options);
      const most = layer.op === 'max_pool';
      const dilated = dilation.some((d) => d > 1);
      if (dilated && layer.options.ceil) throw new Unsupported('its dilated pools do not round up');
      const rounding = layer.options.ceil ? 'ceil' : undefined;
      const run = () => {
        if (dilated) return tf.pool(x, kernel, most ? 'max' : 'avg', sides(pad), dilation, stride);
        return (most ? tf.maxPool : tf.avgPool)(x, kernel, stride, sides(pad), rounding);
      };
      return { run, kept: [x] };
    }
    case 'resize':
      return { run: resize(tf, x, layer), kept: [x] };
    case 'global_avg_pool':
      return { run: () => tf.mean(x, [1, 2], true), kept: [x] };
  }
}

function convolution(
  tf: Tf,
  x: Tensor,
  { w, options }: Extract<Layer, { op: 'conv2d' }>,
  inputs: Inputs,
): Call {
  const depthwise = w.groups > 1 && w.groups === w.in;
  if (w.groups > 1 && !depthwise) throw new Unsupported('its conv2d has no groups');
  const { kernel, stride, dilation, pad } = conv2dWindow(w, options);
  const filter = depthwise
    ? tf.tensor(lastAxes(inputs.w!, w.out, 1, false), [...kernel, w.in, w.out / w.in])
    : tf.tensor(lastAxes(inputs.w!, w.out, w.in, true), [...kernel, w.in, w.out]);
  const bias = inputs.b && tf.tensor(inputs.b, [w.out]);
  const config = {
    x,
    filter,
    strides: stride,
    pad: sides(pad),
    dataFormat: 'NHWC',
    dilations: dilation,
    bias,
    activation: options.relu ? 'relu' : 'linear',
  };
  const run = () => (depthwise ? tf.fused.depthwiseConv2d(config) : tf.fused.conv2d(config));
  return { run, kept: [x, filter, ...(bias ? [bias] : [])] };
}

function transposed(
  tf: Tf,
  x: Tensor,
  layer: Extract<Layer, { op: 'conv_transpose2d' }>,
  inputs: Inputs,
): Call {
  const { w, y, options: o } = layer;
  if (w.groups > 1) throw new Unsupported('its conv2dTranspose has no groups');
  if (pair(o.dilation ?? 1).some((d) => d > 1)) throw new Unsupported('its conv2dTranspose has no dilation');
  const filter = tf.tensor(lastAxes(inputs.w!, w.in, w.out, true), [...w.kernel, w.out, w.in]);
  const bias = inputs.b && tf.tensor(inputs.b, [w.out]);
  const pad = sides(padding(transposedPads(layer).pads));
  const strides = pair(o.stride ?? 1);
  const run = () => {
    const sum = tf.conv2dTranspose(x, filter, [y.n, y.h, y.w, y.c], strides, pad);
    const biased = bias ? tf.add(sum, bias) : sum;
    return o.relu ? tf.relu(biased) : biased;
  };
  return { run, kept: [x, filter, ...(bias ? [bias] : [])] };
}

function resize(tf: Tf, x: Tensor, { y, options: o }: Extract<Layer, { op: 'resize' }>): () => Tensor {
  const { coordinates = 'half_pixel', mode } = o;
  const known = ['half_pixel', 'align_corners', 'asymmetric'].includes(coordinates);
  if (!known || mode === 'bicubic' || o.antialias)
    throw new Unsupported(
      `its images are not resized ${mode}, ${coordinates}${o.antialias ? ', antialiased' : ''}`,
    );
  const method = mode === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
  return () => method(x, [y.h, y.w], coordinates === 'align_corners', coordinates === 'half_pixel');
}
