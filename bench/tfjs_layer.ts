import { poolWindow } from '../src/lower/pool.js';
import { conv2dWindow } from '../src/ops/conv2d.js';
import { padding, pair } from '../src/shape.js';
import type { Layer } from '../test/cases/layer.js';
import { Unsupported } from './contender.js';
import type { Inputs } from './task.js';
import type { Tensor, Tf } from './tfjs.js';
import { batchNorm, filterGradient, lossGradient, poolGradient } from './tfjs_gradient.js';
import { type Call, lastAxes, mapOf, onDiagonal, sides } from './tfjs_maps.js';
import { transposedPads } from './transposed_pads.js';

/** A layer as a call of TensorFlow.js on channels-last tensors. */
export function tfjsCall(tf: Tf, layer: Layer, inputs: Inputs): Call {
  switch (layer.op) {
    case 'conv2d':
      return convolution(tf, layer, inputs);
    case 'conv_transpose2d':
      return transposed(tf, layer, inputs);
    case 'max_pool':
    case 'avg_pool': {
      if (layer.op === 'max_pool' && layer.winner) throw new Unsupported('not compared: winners');
      const { kernel, stride, dilation, pad } = poolWindow(layer.options);
      const most = layer.op === 'max_pool';
      const dilated = dilation.some((d) => d > 1);
      if (dilated && layer.options.ceil) throw new Unsupported('its dilated pools do not round up');
      const rounding = layer.options.ceil ? 'ceil' : undefined;
      const run = (x: Tensor) => {
        if (dilated) return tf.pool(x, kernel, most ? 'max' : 'avg', sides(pad), dilation, stride);
        return (most ? tf.maxPool : tf.avgPool)(x, kernel, stride, sides(pad), rounding);
      };
      return { run, kept: [] };
    }
    case 'resize':
      return { run: resize(tf, layer), kept: [] };
    case 'global_avg_pool':
      return { run: (x) => tf.mean(x, [1, 2], true), kept: [] };
    case 'lrn': {
      const { size, alpha, beta, k = 1 } = layer.options;
      if (size % 2 === 0) throw new Unsupported('its windows of channels are odd');
      const run = (x: Tensor) => tf.localResponseNormalization(x, (size - 1) / 2, k, alpha / size, beta);
      return { run, kept: [] };
    }
    case 'softmax':
      return { run: (x) => (layer.log ? tf.logSoftmax(x) : tf.softmax(x)), kept: [] };
    case 'concat': {
      const kept = Object.entries(layer.rest).map(([name, shape]) => mapOf(tf, inputs[name]!, shape));
      return { run: (x) => tf.concat([x, ...kept], 3), kept };
    }
    case 'crop':
    case 'crop_sum': {
      const { n, c, h, w } = layer.y;
      const crop = (x: Tensor) => tf.slice(x, [0, ...layer.offset, 0], [n, h, w, c]);
      if (layer.op === 'crop') return { run: crop, kept: [] };
      const a = mapOf(tf, inputs.a!, layer.y);
      return { run: (x) => tf.add(a, crop(x)), kept: [a] };
    }
    case 'conv2d_filter_gradient':
      return filterGradient(tf, layer, inputs);
    case 'max_pool_gradient':
      return poolGradient(tf, layer, inputs);
    case 'softmax_loss_gradient':
      return lossGradient(tf, layer, inputs);
    case 'batch_norm':
      return batchNorm(tf, layer, inputs);
  }
}

function convolution(tf: Tf, layer: Extract<Layer, { op: 'conv2d' }>, inputs: Inputs): Call {
  const { w, options } = layer;
  const given = layer.filter?.() ?? inputs.w!;
  const depthwise = w.groups > 1 && w.groups === w.in;
  if (w.groups > 1 && !depthwise) throw new Unsupported('its conv2d has no groups');
  const { kernel, stride, dilation, pad } = conv2dWindow(w, options);
  const filter = depthwise
    ? tf.tensor(lastAxes(given, w.out, 1, false), [...kernel, w.in, w.out / w.in])
    : tf.tensor(lastAxes(given, w.out, w.in, true), [...kernel, w.in, w.out]);
  const bias = inputs.b && tf.tensor(inputs.b, [w.out]);
  const config = (x: Tensor) => ({
    x,
    filter,
    strides: stride,
    pad: sides(pad),
    dataFormat: 'NHWC',
    dilations: dilation,
    bias,
    activation: options.relu ? 'relu' : 'linear',
  });
  const run = (x: Tensor) => (depthwise ? tf.fused.depthwiseConv2d(config(x)) : tf.fused.conv2d(config(x)));
  return { run, kept: [filter, ...(bias ? [bias] : [])] };
}

function transposed(tf: Tf, layer: Extract<Layer, { op: 'conv_transpose2d' }>, inputs: Inputs): Call {
  const { w, y, options: o } = layer;
  const diagonal = w.groups === w.in && w.in === w.out;
  if (w.groups > 1 && !diagonal) throw new Unsupported('its conv2dTranspose has no groups');
  if (pair(o.dilation ?? 1).some((d) => d > 1)) throw new Unsupported('its conv2dTranspose has no dilation');
  const given = layer.filter?.() ?? inputs.w!;
  // A group per channel is a filter that is zero off the diagonal: the only way that it offers.
  const dense = diagonal ? onDiagonal(given, w.in) : given;
  const filter = tf.tensor(lastAxes(dense, w.in, w.out, true), [...w.kernel, w.out, w.in]);
  const bias = inputs.b && tf.tensor(inputs.b, [w.out]);
  const pad = sides(padding(transposedPads(layer).pads));
  const strides = pair(o.stride ?? 1);
  const run = (x: Tensor) => {
    const sum = tf.conv2dTranspose(x, filter, [y.n, y.h, y.w, y.c], strides, pad);
    const biased = bias ? tf.add(sum, bias) : sum;
    return o.relu ? tf.relu(biased) : biased;
  };
  return { run, kept: [filter, ...(bias ? [bias] : [])] };
}

function resize(tf: Tf, { y, options: o }: Extract<Layer, { op: 'resize' }>): Call['run'] {
  const { coordinates = 'half_pixel', mode } = o;
  const known = ['half_pixel', 'align_corners', 'asymmetric'].includes(coordinates);
  if (!known || mode === 'bicubic' || o.antialias)
    throw new Unsupported(
      `its images are not resized ${mode}, ${coordinates}${o.antialias ? ', antialiased' : ''}`,
    );
  const method = mode === 'nearest' ? tf.image.resizeNearestNeighbor : tf.image.resizeBilinear;
  return (x) => method(x, [y.h, y.w], coordinates === 'align_corners', coordinates === 'half_pixel');
}
