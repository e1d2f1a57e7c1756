import {
  type Attributes,
  type Dims,
  float,
  floats,
  ints,
  one,
  positive,
  scalar,
  typed,
  whole,
} from './make.js';

const wide = (v: number): number => 4 * v;
const FUNCTIONS: readonly (readonly [string, Attributes?, ((v: number) => number)?])[] = [
  ['Relu'],
  ['LeakyRelu'],
  ['LeakyRelu', { alpha: float(0.3) }],
  ['Elu'],
  ['Elu', { alpha: float(2) }],
  ['Celu', { alpha: float(2) }],
  ['Celu'],
  ['Selu'],
  ['Selu', { alpha: float(2), gamma: float(3) }],
  ['Sigmoid'],
  ['HardSigmoid'],
  ['HardSigmoid', { alpha: float(0.5), beta: float(0.6) }],
  ['HardSwish'],
  ['Tanh'],
  ['Softplus'],
  ['Softsign'],
  ['ThresholdedRelu'],
  ['ThresholdedRelu', { alpha: float(2) }],
  ['Mish'],
  ['Gelu'],
  ['Gelu', { approximate: 'tanh' }],
  ['Shrink'],
  ['Shrink', { lambd: float(1.5), bias: float(1.5) }],
  ['Exp'],
  ['Log', {}, positive],
  ['Neg'],
  ['Abs'],
  ['Sqrt', {}, positive],
  ['Reciprocal', {}, positive],
  ['Floor'],
  ['Ceil'],
  ['Round', {}, (v) => Math.round(8 * v) / 2],
  ['Sign'],
  ['Erf'],
  ['Sin'],
  ['Cos'],
  ['Identity'],
];

export const functionCases = [
  ...FUNCTIONS.map(([op, attributes = {}, f = wide], i) =>
    one(`${i}`, op, [floats(i % 2 ? [2, 3, 4, 5] : [3, 7], f)], attributes, { opset: 20 }),
  ),
  one('zero_d', 'Relu', [floats([])]),
  one('bounds', 'Clip', [floats([3, 4, 5]), scalar(-0.5), scalar(0.25)]),
  one('least', 'Clip', [floats([3, 4, 5]), scalar(-0.5)]),
  one('most', 'Clip', [floats([3, 4, 5]), null, scalar(0.25)]),
  one('none', 'Clip', [floats([3, 4, 5])]),
  one('crossed', 'Clip', [floats([3, 4, 5]), scalar(0.5), scalar(-0.25)]),
  one('int32', 'Clip', [
    typed('int32', [3, 4], (v) => Math.round(9 * v)),
    scalar(-3, 'int32'),
    scalar(5, 'int32'),
  ]),
  one('opset_6', 'Clip', [floats([3, 4, 5])], { min: float(-0.5), max: float(0.25) }, { opset: 10 }),
  one('channels', 'PRelu', [floats([2, 3, 4, 5]), floats([3, 1, 1])]),
  one('whole', 'PRelu', [floats([3, 4, 5]), floats([3, 4, 5])]),
  one('last', 'PRelu', [floats([3, 4, 5]), floats([5])]),
  one('one', 'PRelu', [floats([3, 4, 5]), floats([1])]),
  one('inference', 'Dropout', [floats([3, 4, 5])], {}, { opset: 13, outputs: 2 }),
  one('ratio', 'Dropout', [floats([3, 4, 5]), scalar(0.3)], {}, { opset: 13, outputs: 2 }),
  one('opset_7', 'Dropout', [floats([3, 4, 5])], { ratio: float(0.3) }, { opset: 7 }),
];

const above0 = (most: number) => (v: number) => 1 + Math.round(most * Math.abs(v));

const PAIRS: readonly (readonly [Dims, Dims])[] = [
  [
    [3, 4, 5],
    [3, 4, 5],
  ],
  [[3, 4, 5], [5]],
  [
    [3, 4, 5],
    [4, 1],
  ],
  [
    [1, 4, 5],
    [3, 1, 1],
  ],
  [[5], [2, 3, 4, 5]],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [
    [2, 1, 4, 1],
    [3, 1, 5],
  ],
  [[], [3, 4]],
  [
    [2, 3, 4, 5, 2],
    [3, 4, 1, 2],
  ],
];

export const arithmeticCases = [
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((op) =>
    PAIRS.map(([a, b]) => one(`${a.join('x')}_${b.join('x')}`, op, [floats(a), floats(b, positive)])),
  ),
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mod', 'Equal', 'Less', 'Greater'].map((op) =>
    one('int32', op, [typed('int32', [3, 4, 5], whole(9)), typed('int32', [4, 5], above0(6))]),
  ),
  ...['Add', 'Div', 'Mod', 'Equal'].map((op) =>
    one('int64', op, [typed('int64', [3, 4], whole(9)), typed('int64', [3, 4], above0(6))]),
  ),
  one('float64', 'Add', [typed('float64', [3, 4], (v) => v), typed('float64', [3, 4], (v) => v)]),
  one('mixed_signs', 'Mod', [
    typed('int32', [3, 4], whole(9)),
    typed('int32', [3, 4], (v) => (v < 0 ? -1 : 1) * above0(5)(v)),
  ]),
  one(
    'fmod',
    'Mod',
    [floats([3, 4], (v) => Math.round(40 * v) / 4), floats([3, 4], (v) => (v < 0 ? -1 : 1) * positive(v))],
    { fmod: 1 },
  ),
  one(
    'fmod_int',
    'Mod',
    [typed('int32', [3, 4], whole(9)), typed('int32', [3, 4], (v) => (v < 0 ? -1 : 1) * above0(5)(v))],
    { fmod: 1 },
  ),
  one('one', 'Max', [floats([3, 4])]),
  one('three', 'Max', [floats([3, 4]), floats([4]), floats([3, 1])]),
  one('three', 'Min', [floats([3, 4]), floats([4]), floats([3, 1])]),
  one('one', 'Sum', [floats([3, 4])]),
  one('three', 'Sum', [floats([3, 4]), floats([4]), floats([3, 1])]),
  one('alike', 'Sum', [floats([2, 3, 4]), floats([2, 3, 4]), floats([2, 3, 4])]),
  one('three', 'Mean', [floats([3, 4]), floats([4]), floats([3, 1])]),
  one('floats', 'Pow', [floats([3, 4], positive), floats([4])]),
  one('whole', 'Pow', [floats([3, 4]), { ...ints(2), dims: [] }]),
  one('floats', 'Equal', [floats([3, 4], whole(2)), floats([3, 4], whole(2))]),
  one('floats', 'LessOrEqual', [floats([3, 4], whole(2)), floats([3, 4], whole(2))]),
  ...['And', 'Or', 'Xor'].map((op) =>
    one('bool', op, [typed('bool', [3, 4], (v) => Number(v > 0)), typed('bool', [4], (v) => Number(v > 0))]),
  ),
  one('bool', 'Not', [typed('bool', [3, 4], (v) => Number(v > 0))]),
  one('broadcast', 'Where', [typed('bool', [4, 1], (v) => Number(v > 0)), floats([3, 4, 5]), floats([5])]),
  one('int64', 'Where', [
    typed('bool', [3, 4], (v) => Number(v > 0)),
    typed('int64', [3, 4], whole(99)),
    typed('int64', [4], whole(99)),
  ]),
];
