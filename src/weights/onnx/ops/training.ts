import type { Call, Operator } from '../call.js';
import { product } from '../size.js';
import { dimsOf, type Value } from '../value.js';
import { binary, broadcast, maps, scalar } from './broadcast.js';
import { softmaxOf } from './norm.js';

const op = (c: Call, name: Parameters<typeof binary>[1], a: Value, b: Value): Value =>
  binary(c, name, broadcast(c, [a, b]));

/** cond ? a : b. */
function select(c: Call, cond: Value, a: Value, b: Value): Value {
  const met = broadcast(c, [cond, a, b]);
  return c.holds(c.to.add('select', maps(c, met), {}), met.dims, a.type);
}

/**
 * -weight[label] * logProb[label] of each place, and its mean by the weights, or sum.
 * @param logProbs [N, C, places]
 */
function nll(c: Call, logProbs: Value): Value {
  const dims = dimsOf(logProbs);
  const channels = dims[1];
  if (dims.length < 2 || typeof channels !== 'number') return c.bad('scores, should be [N, C, ...]');
  const places = [dims[0]!, 1, product(dims.slice(2))];
  const flat = c.reshaped(logProbs, [dims[0]!, channels, places[2]!]);
  const labels = c.to.map(c.reshaped(c.value(1), places));
  const ignore = c.attribute('ignore_index') !== undefined ? c.int('ignore_index') : null;
  const chosen = c.holds(c.to.add('one_hot', [labels], { depth: channels, ignore }), 3, 'float32');
  const unit = { size: 1, stride: 0 };
  const weight = c.has(2) ? { ...c.value(2), steps: [unit, ...c.value(2).steps, unit] } : null;
  const share = weight ? op(c, 'mul', chosen, weight) : chosen;
  const total = (v: Value, axes: readonly ('n' | 'c' | 'h' | 'w')[]): Value =>
    c.holds(c.to.add('reduce', [c.to.map(v)], { op: 'sum', axes }), 3);
  // A log probability of -infinity off the label is no 0 times infinity.
  const picked = select(c, chosen, flat, scalar(0));
  const loss = c.apply(total(op(c, 'mul', picked, share), ['c']), { kind: 'neg' });
  const reduction = c.text('reduction', 'mean');
  if (reduction === 'none') return c.reshaped(loss, [dims[0]!, ...dims.slice(2)]);
  const sum = total(loss, ['n', 'w']);
  return c.reshaped(reduction === 'sum' ? sum : op(c, 'div', sum, total(share, ['n', 'c', 'w'])), []);
}

const crossEntropy: Operator = (c) => {
  const logProbs = softmaxOf(c, c.value(0), true, 1);
  return [nll(c, logProbs), logProbs];
};

/** One step of gradient descent with momentum, for each tensor X with its gradient G and velocity V. */
const momentum: Operator = (c) => {
  const [rate, step] = [c.value(0), c.value(1)];
  const n = (c.inputs.length - 2) / 3;
  if (!Number.isInteger(n)) c.bad(`${c.inputs.length} inputs, should be 2 and three for each tensor`);
  const [alpha, beta, decay] = [c.float('alpha'), c.float('beta'), c.float('norm_coefficient')];
  const nesterov = c.text('mode') === 'nesterov';
  const later = op(c, 'greater', step, scalar(0));
  const share = select(c, later, scalar(beta), scalar(1));
  const stepped = Array.from({ length: n }, (_, i) => {
    const [x, g, v] = [c.value(2 + i), c.value(2 + n + i), c.value(2 + 2 * n + i)];
    const slope = op(c, 'add', op(c, 'mul', x, scalar(decay)), g);
    const velocity = op(c, 'add', op(c, 'mul', v, scalar(alpha)), op(c, 'mul', slope, share));
    const way = nesterov ? op(c, 'add', slope, op(c, 'mul', velocity, scalar(alpha))) : velocity;
    return { x: op(c, 'sub', x, op(c, 'mul', way, rate)), velocity };
  });
  return [...stepped.map((s) => s.x), ...stepped.map((s) => s.velocity)];
};

/** Losses and steps of training: this project trains by its own; these check it. */
export const TRAINING: readonly (readonly [string, Operator])[] = [
  ['NegativeLogLikelihoodLoss', (c) => nll(c, c.value(0))],
  ['SoftmaxCrossEntropyLoss', crossEntropy],
  ['ai.onnx.preview.training:Momentum', momentum],
];
