// Operators of training as TensorFlow.js has them: by the kernels that its gradients run.
import { poolWindow } from '../src/lower/pool.js';
import { conv2dWindow } from '../src/ops/conv2d.js';
import type { Layer } from '../test/cases/layer.js';
import { Unsupported } from './contender.js';
import type { Inputs } from './task.js';
import type { Tf } from './tfjs.js';
import { type Call, mapOf, sides } from './tfjs_maps.js';

type Of<Op extends Layer['op']> = Extract<Layer, { op: Op }>;

/** The gradient of a filter, [kh, kw, in, out]. */
export function filterGradient(
  tf: Tf,
  { x, dy, w, options }: Of<'conv2d_filter_gradient'>,
  inputs: Inputs,
): Call {
  if (w.groups > 1) throw new Unsupported('its conv2d has no groups');
  const { kernel, stride, dilation, pad } = conv2dWindow(w, options);
  if (dilation.some((d) => d > 1)) throw new Unsupported('its gradient of conv2d has no dilation');
  const d = mapOf(tf, inputs.dy!, dy);
  const attrs = {
    strides: stride,
    pad: sides(pad),
    dataFormat: 'NHWC',
    filterShape: [...kernel, x.c, w.out],
  };
  return {
    run: (map) => tf.engine().runKernel('Conv2DBackpropFilter', { x: map, dy: d }, attrs),
    kept: [d],
    filter: true,
  };
}

/** The gradient of a max pool; the pool's result lies ready, as the forward pass leaves it. */
export function poolGradient(tf: Tf, { y, options }: Of<'max_pool_gradient'>, inputs: Inputs): Call {
  const { kernel, stride, dilation, pad } = poolWindow(options);
  if (dilation.some((d) => d > 1)) throw new Unsupported('its gradient of pools has no dilation');
  const dimRoundingMode = options.ceil ? 'ceil' : undefined;
  const input = mapOf(tf, inputs.x!, y);
  const output = tf.maxPool(input, kernel, stride, sides(pad), dimRoundingMode);
  const attrs = { filterSize: kernel, strides: stride, pad: sides(pad), dimRoundingMode };
  return {
    run: (dy) => tf.engine().runKernel('MaxPoolGrad', { dy, input, output }, attrs),
    kept: [input, output],
  };
}

/** The gradient of the mean loss, over one-hot labels that are zero where a pixel does not count. */
export function lossGradient(tf: Tf, { x, ignore }: Of<'softmax_loss_gradient'>, inputs: Inputs): Call {
  const { n, c, h, w } = x;
  const label = inputs.label!;
  const count = label.filter((v) => v !== ignore).length;
  const hot = new Float32Array(label.length * c);
  for (const [i, v] of label.entries()) if (v !== ignore) hot[i * c + v] = 1;
  const target = tf.tensor(hot, [n, h, w, c]);
  const share = tf.tensor(
    label.map((v) => (v === ignore ? 0 : 1 / count)),
    [n, h, w, 1],
  );
  return { run: (scores) => tf.mul(tf.sub(tf.softmax(scores), target), share), kept: [target, share] };
}

/** A batch norm by the batch's own moments. */
export function batchNorm(tf: Tf, { x: { c }, epsilon }: Of<'batch_norm'>, inputs: Inputs): Call {
  const [gamma, beta] = [tf.tensor(inputs.gamma!, [c]), tf.tensor(inputs.beta!, [c])];
  const run: Call['run'] = (x) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    return tf.batchNorm(x, mean, variance, beta, gamma, epsilon);
  };
  return { run, kept: [gamma, beta] };
}
