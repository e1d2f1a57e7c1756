import type { Activation } from '../../../ops/activation.js';
import type { Call, Operator } from '../call.js';
import { isFloat, type OnnxType, onnxType } from '../tensor.js';
import { dimsOf, host, isHost, type Value } from '../value.js';
import { binary, broadcast, scalar } from './broadcast.js';

const unary =
  (of: (c: Call) => Activation): Operator =>
  (c) =>
    c.apply(c.value(0), of(c));

/** A function without parameters. */
const plain = <K extends Activation['kind']>(kind: K): Operator => unary(() => ({ kind }) as Activation);

/** Bounds are inputs since opset 11; a run may decide them. */
const clip: Operator = (c) => {
  const bound = (name: string, i: number): Value | null =>
    c.has(i) ? c.value(i) : c.attribute(name) !== undefined ? scalar(c.float(name)) : null;
  const [min, max] = [bound('min', 1), bound('max', 2)];
  const [low, high] = [min, max].map((v) => (v ? (c.to.host(v)?.data[0] as number) : Number.NaN));
  const known = (!min || Number.isFinite(low)) && (!max || Number.isFinite(high));
  // Bounds that cross are not an interval: the upper one wins.
  if (known && !(low! > high!))
    return c.apply(c.value(0), { kind: 'clip', ...(min && { min: low! }), ...(max && { max: high! }) });
  const above = min ? binary(c, 'max', broadcast(c, [c.value(0), min])) : c.value(0);
  return max ? binary(c, 'min', broadcast(c, [above, max])) : above;
};

/** x - bias above lambd, x + bias below -lambd, else 0. */
const shrink: Operator = (c) => {
  const [lambd, bias] = [c.float('lambd', 0.5), c.float('bias', 0)];
  const x = c.value(0);
  const met = (name: 'greater' | 'less', bound: number, summand: number) =>
    binary(
      c,
      'mul',
      broadcast(c, [
        binary(c, name, broadcast(c, [x, scalar(bound)])),
        binary(c, 'add', broadcast(c, [x, scalar(summand)])),
      ]),
    );
  return binary(c, 'add', broadcast(c, [met('greater', lambd, -bias), met('less', -lambd, bias)]));
};

/** All true, and of no size until it is needed. */
const mask = (v: Value, type: OnnxType): Value => ({
  ...host(type, [], [1]),
  steps: dimsOf(v).map((size) => ({ size, stride: 0 })),
});

const dropout: Operator = (c) => {
  const ratio = c.has(1) ? c.numbers(1, 'ratio')[0]! : 0.5;
  if (c.has(2) && c.numbers(2, 'training_mode')[0] && ratio > 0)
    c.unsupported(`drops a share of ${ratio} at random, should be in inference mode`);
  return [c.value(0), mask(c.value(0), c.opset < 10 ? c.value(0).type : 'bool')];
};

const cast: Operator = (c) => {
  const [v, type] = [c.value(0), onnxType(c.int('to'), c.where)];
  if (v.type === type) return v;
  const shorten: Activation | null =
    type === 'bool' ? { kind: 'not' } : isFloat(v.type) && !isFloat(type) ? { kind: 'trunc' } : null;
  if (!shorten) return { ...v, type };
  const known = isHost(v.base) ? c.to.host(v) : null;
  if (!known) {
    const once = c.apply(v, shorten, type);
    return type === 'bool' ? c.apply(once, shorten) : once;
  }
  // Sizes that a run decides are whole already, and not 0.
  const whole = (d: (typeof known.data)[number]) =>
    typeof d !== 'number' ? (type === 'bool' ? 1 : d) : type === 'bool' ? Number(d !== 0) : Math.trunc(d);
  return host(type, known.dims, Array.from(known.data, whole));
};

/** Operators of one tensor, value by value. */
export const UNARY: readonly (readonly [string, Operator])[] = [
  ['Relu', plain('relu')],
  ['LeakyRelu', unary((c) => ({ kind: 'relu', slope: c.float('alpha', 0.01) }))],
  ['Sigmoid', plain('sigmoid')],
  ['Tanh', plain('tanh')],
  ['Exp', plain('exp')],
  ['Log', plain('log')],
  ['Neg', plain('neg')],
  ['Abs', plain('abs')],
  ['Sqrt', plain('sqrt')],
  ['Reciprocal', plain('reciprocal')],
  ['Floor', plain('floor')],
  ['Ceil', plain('ceil')],
  ['Round', plain('round')],
  ['Sign', plain('sign')],
  ['Sin', plain('sin')],
  ['Cos', plain('cos')],
  ['Erf', plain('erf')],
  ['Not', plain('not')],
  ['Softplus', plain('softplus')],
  ['Softsign', plain('softsign')],
  ['HardSwish', plain('hard_swish')],
  ['Mish', plain('mish')],
  ['Elu', unary((c) => ({ kind: 'elu', alpha: c.float('alpha', 1) }))],
  ['Celu', unary((c) => ({ kind: 'celu', alpha: c.float('alpha', 1) }))],
  [
    'Selu',
    unary((c) => ({
      kind: 'selu',
      alpha: c.float('alpha', 1.6732632423543772),
      gamma: c.float('gamma', 1.0507009873554805),
    })),
  ],
  ['Gelu', unary((c) => ({ kind: 'gelu', approximate: c.text('approximate', 'none') as 'none' | 'tanh' }))],
  [
    'HardSigmoid',
    unary((c) => ({ kind: 'hard_sigmoid', alpha: c.float('alpha', 0.2), beta: c.float('beta', 0.5) })),
  ],
  ['ThresholdedRelu', unary((c) => ({ kind: 'thresholded_relu', alpha: c.float('alpha', 1) }))],
  ['Shrink', shrink],
  ['Clip', clip],
  ['Identity', (c) => c.value(0)],
  ['Dropout', dropout],
  ['Cast', cast],
];
