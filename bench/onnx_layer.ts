import { poolWindow } from '../src/lower/pool.js';
import { conv2dWindow } from '../src/ops/conv2d.js';
import { padding, pair, type Shape } from '../src/shape.js';
import type { Layer } from '../test/cases/layer.js';
import { Unsupported } from './contender.js';
import type { Attribute, OnnxModel, OnnxNode, OnnxTensor } from './onnx_model.js';
import type { Inputs } from './task.js';
import { transposedPads } from './transposed_pads.js';

const dims = ({ n, c, h, w }: Shape) => [n, c, h, w];

/** Filter and bias, as the layer has them: [O, I/G, kh, kw], or [I, O/G, kh, kw] where transposed. */
function weights(
  { w, ...layer }: Extract<Layer, { w: unknown }>,
  inputs: Inputs,
): Record<string, OnnxTensor> {
  const leading = w.transposed ? [w.in, w.out / w.groups] : [w.out, w.in / w.groups];
  const made = 'filter' in layer ? layer.filter?.() : undefined;
  const filter = { dims: [...leading, ...w.kernel], data: made ?? inputs.w! };
  return inputs.b ? { w: filter, b: { dims: [w.out], data: inputs.b } } : { w: filter };
}

/** A layer as a model of ONNX: one operator, and what follows it. */
export function onnxModel(layer: Layer, inputs: Inputs): OnnxModel {
  const { initializers, inputNames, ...node } = operator(layer, inputs);
  const next = following(layer);
  const names = ['x', ...(inputNames ?? Object.keys(initializers))];
  const nodes: OnnxNode[] = next
    ? [
        { ...node, inputs: names, output: 'first' },
        { op: next, inputs: next === 'Add' ? ['first', 'a'] : ['first'], output: 'y' },
      ]
    : [{ ...node, inputs: names, output: 'y' }];
  const added = next === 'Add' && { a: { dims: dims(layer.y), data: inputs.a! } };
  return { x: dims(layer.x), y: dims(layer.y), nodes, initializers: { ...initializers, ...added } };
}

/** The operator behind the first. */
const following = (layer: Layer): 'Add' | 'Relu' | null =>
  layer.op === 'crop_sum' ? 'Add' : 'w' in layer && layer.options.relu ? 'Relu' : null;

type Operator = Pick<OnnxNode, 'op'> & {
  readonly attributes: Record<string, Attribute>;
  readonly initializers: Record<string, OnnxTensor>;
  /** Inputs after x, where some are left out. */
  readonly inputNames?: readonly string[];
};

function operator(layer: Layer, inputs: Inputs): Operator {
  switch (layer.op) {
    case 'conv2d': {
      const { kernel, stride, dilation, pad } = conv2dWindow(layer.w, layer.options);
      const attributes = {
        kernel_shape: kernel,
        strides: stride,
        dilations: dilation,
        pads: pad,
        group: layer.w.groups,
      };
      return { op: 'Conv', attributes, initializers: weights(layer, inputs) };
    }
    case 'conv_transpose2d': {
      const { options: o, w } = layer;
      const { pads, outputPad } = transposedPads(layer);
      const attributes = {
        kernel_shape: w.kernel,
        strides: pair(o.stride ?? 1),
        dilations: pair(o.dilation ?? 1),
        pads,
        output_padding: outputPad,
        group: w.groups,
      };
      return { op: 'ConvTranspose', attributes, initializers: weights(layer, inputs) };
    }
    case 'max_pool':
    case 'avg_pool': {
      const { kernel, stride, dilation } = poolWindow(layer.options);
      const o = layer.options;
      if (o.hang) throw new Unsupported('not compared: windows that hang over the far edge');
      const attributes: Operator['attributes'] = {
        kernel_shape: kernel,
        strides: stride,
        dilations: dilation,
        pads: padding(o.pad ?? 0),
        ceil_mode: Number(o.ceil ?? false),
      };
      if (layer.op === 'max_pool') {
        if (layer.winner) throw new Unsupported('not compared: winners');
        return { op: 'MaxPool', attributes, initializers: {} };
      }
      attributes.count_include_pad = Number(layer.options.countPad ?? false);
      return { op: 'AveragePool', attributes, initializers: {} };
    }
    case 'resize':
      return resize(layer);
    case 'global_avg_pool':
      return { op: 'GlobalAveragePool', attributes: {}, initializers: {} };
    case 'lrn': {
      const { size, alpha, beta, k = 1 } = layer.options;
      if (size % 2 === 0) throw new Unsupported('its windows of channels are odd');
      const attributes = { size, alpha: { float: alpha }, beta: { float: beta }, bias: { float: k } };
      return { op: 'LRN', attributes, initializers: {} };
    }
    case 'softmax':
      return { op: layer.log ? 'LogSoftmax' : 'Softmax', attributes: { axis: 1 }, initializers: {} };
    case 'concat': {
      const rest = Object.entries(layer.rest).map(([name, shape]): [string, OnnxTensor] => [
        name,
        { dims: dims(shape), data: inputs[name]! },
      ]);
      return { op: 'Concat', attributes: { axis: 1 }, initializers: Object.fromEntries(rest) };
    }
    case 'crop':
    case 'crop_sum': {
      const [top, left] = layer.offset;
      const whole = (...values: number[]) => ({ dims: [2], data: BigInt64Array.from(values.map(BigInt)) });
      const initializers = {
        starts: whole(top, left),
        ends: whole(top + layer.y.h, left + layer.y.w),
        axes: whole(2, 3),
      };
      return { op: 'Slice', attributes: {}, initializers };
    }
    case 'conv2d_filter_gradient':
    case 'max_pool_gradient':
    case 'softmax_loss_gradient':
    case 'batch_norm':
      throw new Unsupported('it does not train');
  }
}

function resize({ y, options: o }: Extract<Layer, { op: 'resize' }>): Operator {
  if (o.region) throw new Unsupported('not compared: a region');
  if ('scale' in o && o.size) throw new Unsupported('not compared: a size that its scale does not give');
  const modes = { nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic' };
  return {
    op: 'Resize',
    attributes: {
      mode: modes[o.mode],
      coordinate_transformation_mode: o.coordinates ?? 'half_pixel',
      nearest_mode: o.rounding ?? 'round_prefer_floor',
      antialias: Number(o.antialias ?? false),
      exclude_outside: Number(o.excludeOutside ?? false),
      cubic_coeff_a: o.cubic ?? -0.75,
    },
    initializers:
      'scale' in o
        ? { scales: { dims: [4], data: Float32Array.of(1, 1, ...pair(o.scale)) } }
        : { sizes: { dims: [4], data: BigInt64Array.from(dims(y).map(BigInt)) } },
    inputNames: 'scale' in o ? ['', 'scales'] : ['', '', 'sizes'],
  };
}
