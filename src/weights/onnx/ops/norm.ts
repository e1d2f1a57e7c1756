import type { Node } from '../../../graph/node.js';
import { batchNormScale } from '../../../ops/batch_norm.js';
import type { Call, Operator } from '../call.js';
import { product } from '../size.js';
import { axesOf, dimsOf, type Value } from '../value.js';
import { binary, broadcast, scalar } from './broadcast.js';

const op = (c: Call, name: Parameters<typeof binary>[1], a: Value, b: Value): Value =>
  binary(c, name, broadcast(c, [a, b]));

/** (x - mean) / sqrt(variance + epsilon), with the statistics of the map's own axes. */
function normalised(c: Call, x: Node, axes: readonly ('n' | 'c' | 'h' | 'w')[], epsilon: number) {
  const reduce = (v: Node) => c.holds(c.to.add('reduce', [v], { op: 'mean', axes }), 4);
  const mean = reduce(x);
  const centred = op(c, 'sub', c.holds(x, 4), mean);
  const variance = reduce(c.to.map(c.apply(centred, { kind: 'square' })));
  const deviation = c.apply(op(c, 'add', variance, scalar(epsilon)), { kind: 'sqrt' });
  return { y: op(c, 'div', centred, deviation), mean, variance };
}

/** A vector of the channels as [1, C, 1, 1]. */
const vector = (c: Call, i: number): Value => {
  const v = c.value(i);
  const unit = { size: 1, stride: 0 };
  return { ...v, steps: [unit, v.steps[0] ?? unit, unit, unit] };
};

const affine = (c: Call, y: Value): Value => op(c, 'add', op(c, 'mul', y, vector(c, 1)), vector(c, 2));

/** With the statistics of the batch, which also move the running ones; until opset 13 both are outputs. */
function trained(c: Call, x: Node, epsilon: number): Value[] {
  const { y, mean, variance } = normalised(c, x, ['n', 'h', 'w'], epsilon);
  const saved = c.opset < 14 ? [mean, variance].map((v) => c.reshaped(v, [x.channels])) : [];
  const momentum = scalar(c.float('momentum', 0.9));
  const rest = scalar(1 - c.float('momentum', 0.9));
  const running = [mean, variance].map((now, i) => {
    const moved = op(c, 'add', op(c, 'mul', vector(c, 3 + i), momentum), op(c, 'mul', now, rest));
    return c.reshaped(moved, [x.channels]);
  });
  return [affine(c, y), ...running, ...saved];
}

const batchNormalization: Operator = (c) => {
  const rank = c.dims(0).length;
  if (c.opset < 9 && !c.int('spatial', 1) && rank > 2) c.unsupported('statistics of each place of a map');
  const x = c.map(0);
  const epsilon = c.float('epsilon', 1e-5);
  const training = c.opset >= 14 ? c.flag('training_mode') : c.opset < 7 && !c.flag('is_test');
  if (training || c.node.outputs.filter((name) => name).length > 1) {
    const [y, ...running] = trained(c, x, epsilon);
    return [c.reshaped(y!, c.dims(0)), ...running];
  }
  const known = [1, 2, 3, 4].map((i) => c.tensor(i, 'statistics').data);
  const [gamma, beta, mean, variance] = known as [Float32Array, Float32Array, Float32Array, Float32Array];
  const { scale, bias } = batchNormScale(gamma, beta, mean, variance, epsilon);
  const dims = [scale.length];
  const tensors = { weight: { dims, data: scale }, bias: { dims, data: bias } };
  return c.holds(c.to.add('scale', [x], { channels: scale.length, bias: true }, tensors), rank);
};

const instanceNormalization: Operator = (c) => {
  const x = c.map(0);
  const { y } = normalised(c, x, ['h', 'w'], c.float('epsilon', 1e-5));
  return c.reshaped(affine(c, y), c.dims(0));
};

/** (x - mean) / deviation over axes, all but the channels by default. */
const meanVarianceNormalization: Operator = (c) => {
  const rank = c.dims(0).length;
  if (rank > 4) c.unsupported(`a tensor of rank ${rank}, at most 4`);
  const over = c.ints('axes', [0, 2, 3]).map((axis) => axesOf(rank)[c.axis(axis, rank)]!);
  return c.reshaped(normalised(c, c.map(0), over, 1e-9).y, c.dims(0));
};

const lrn: Operator = (c) => {
  const o = {
    size: c.int('size'),
    alpha: c.float('alpha', 1e-4),
    beta: c.float('beta', 0.75),
    k: c.float('bias', 1),
  };
  return c.holds(c.to.add('lrn', [c.map(0)], o), c.dims(0).length);
};

/** Softmax over one axis; before opset 13 over all axes from this one on. */
export const softmaxOf = (c: Call, v: Value, log: boolean, axis: number): Value =>
  c.over(v, axis, (x) => c.to.add('softmax', [x], log ? { log } : {}));

const softmax =
  (log: boolean): Operator =>
  (c) => {
    const v = c.value(0);
    const dims = dimsOf(v);
    const axis = c.axis(c.int('axis', c.opset < 13 ? 1 : -1), dims.length);
    const behind = dims.slice(axis + 1);
    if (c.opset >= 13 || behind.every((d) => d === 1)) return softmaxOf(c, v, log, axis);
    const flat = c.reshaped(v, [product(dims.slice(0, axis)), product(dims.slice(axis))]);
    return c.reshaped(softmaxOf(c, flat, log, 1), dims);
  };

/** Normalisation. */
export const NORM: readonly (readonly [string, Operator])[] = [
  ['BatchNormalization', batchNormalization],
  ['InstanceNormalization', instanceNormalization],
  ['MeanVarianceNormalization', meanVarianceNormalization],
  ['LRN', lrn],
  ['Softmax', softmax(false)],
  ['LogSoftmax', softmax(true)],
];
