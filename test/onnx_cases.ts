// ONNX operators, attribute by attribute: what onnxruntime makes of each is the expected output.
import type { CaseAttribute, CaseTensor, CaseType, OperatorCase } from './onnx_files.js';
import { random } from './random.js';

type Attributes = Readonly<Record<string, CaseAttribute>>;
type Dims = readonly number[];

const count = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);

let seed = 1;

/** Values of [-1, 1), changed by `f`. */
const floats = (dims: Dims, f = (v: number, _i: number) => v): CaseTensor => ({
  type: 'float32',
  dims,
  data: Array.from(random(count(dims), seed++), (v, i) => Math.fround(f(v, i))),
});
const typed = (type: CaseType, dims: Dims, f: (v: number) => number): CaseTensor => ({
  ...floats(dims, f),
  type,
});
const ints = (...data: number[]): CaseTensor => ({ type: 'int64', dims: [data.length], data });
const list = (...data: number[]): CaseTensor => ({ type: 'float32', dims: [data.length], data });
const scalar = (value: number, type: CaseType = 'float32'): CaseTensor => ({ type, dims: [], data: [value] });
const float = (value: number): CaseAttribute => ({ float: value });

function one(
  name: string,
  op: string,
  inputs: readonly (CaseTensor | null)[],
  attributes: Attributes = {},
  { opset = 18, outputs = 1 } = {},
): OperatorCase {
  return { name: `${op.toLowerCase()}_${name}`, op, opset, attributes, inputs, outputs };
}

const conv = (name: string, x: Dims, w: Dims, attributes: Attributes = {}, bias = false): OperatorCase =>
  one(name, 'Conv', [floats(x), floats(w), ...(bias ? [floats([w[0]!])] : [])], attributes);

const convCases = [
  conv('1d_stride_bias', [2, 3, 11], [5, 3, 4], { strides: [2], pads: [1, 2] }, true),
  conv('1d_dilated_group', [1, 4, 13], [6, 2, 3], { dilations: [2], group: 2 }),
  conv('same_upper_even_kernel', [1, 3, 7, 8], [4, 3, 4, 2], { auto_pad: 'SAME_UPPER' }),
  conv('same_lower_even_kernel', [1, 3, 7, 8], [4, 3, 4, 2], { auto_pad: 'SAME_LOWER' }),
  conv('same_upper_stride', [1, 2, 9, 10], [3, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 3] }),
  conv('same_lower_kernel_shape', [1, 2, 9, 10], [3, 2, 3, 3], {
    auto_pad: 'SAME_LOWER',
    kernel_shape: [3, 3],
  }),
  conv('valid', [1, 2, 9, 10], [3, 2, 3, 3], { auto_pad: 'VALID', strides: [2, 1] }),
  conv('four_pads_dilated', [2, 5, 9, 8], [7, 5, 3, 2], { pads: [0, 1, 2, 3], dilations: [1, 2] }, true),
  conv('depthwise', [1, 6, 8, 9], [6, 1, 3, 3], { group: 6, pads: [1, 1, 1, 1] }, true),
  conv('depthwise_twice', [1, 3, 8, 9], [6, 1, 3, 3], { group: 3, kernel_shape: [3, 3] }),
  conv('wide', [1, 17, 10, 9], [18, 17, 3, 3], { pads: [1, 1, 1, 1] }, true),
];

const deconv = (name: string, x: Dims, w: Dims, attributes: Attributes = {}, bias = 0): OperatorCase =>
  one(name, 'ConvTranspose', [floats(x), floats(w), ...(bias ? [floats([bias])] : [])], attributes);

const deconvCases = [
  deconv('1d', [2, 3, 7], [3, 4, 3], { strides: [2], output_padding: [1], pads: [1, 0] }),
  deconv('group_bias', [1, 4, 5, 6], [4, 3, 3, 2], { group: 2, strides: [3, 2] }, 6),
  deconv('dilated_pads', [1, 3, 5, 6], [3, 2, 3, 3], { dilations: [2, 2], pads: [2, 1, 0, 1] }),
  deconv('output_shape', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [3, 2], output_shape: [11, 9] }),
  deconv('output_shape_larger', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [3, 2], output_shape: [13, 12] }),
  deconv('output_shape_odd', [1, 2, 4, 5], [2, 3, 4, 4], { strides: [2, 2], output_shape: [7, 9] }),
  deconv('same_upper', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  deconv('same_lower', [1, 2, 4, 5], [2, 3, 4, 3], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  deconv('output_padding', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [3, 2], output_padding: [2, 1] }),
];

const pool = (
  op: string,
  name: string,
  x: Dims,
  attributes: Attributes,
  o: { opset?: number; outputs?: number } = {},
): OperatorCase => one(name, op, [floats(x)], attributes, o);

const poolCases = [
  ...['MaxPool', 'AveragePool'].flatMap((op) => [
    pool(op, '1d', [2, 3, 11], { kernel_shape: [3], strides: [2], pads: [1, 1] }),
    pool(op, 'ceil', [1, 3, 8, 11], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }),
    pool(op, 'ceil_pads', [1, 3, 8, 9], {
      kernel_shape: [3, 2],
      strides: [3, 3],
      pads: [1, 1, 1, 0],
      ceil_mode: 1,
    }),
    pool(op, 'same_upper', [1, 3, 8, 9], { kernel_shape: [2, 4], auto_pad: 'SAME_UPPER', strides: [1, 2] }),
    pool(op, 'same_lower', [1, 3, 8, 9], { kernel_shape: [2, 4], auto_pad: 'SAME_LOWER', strides: [1, 2] }),
    pool(op, 'valid', [1, 3, 8, 9], { kernel_shape: [2, 4], auto_pad: 'VALID' }),
    pool(
      op,
      'dilated',
      [1, 3, 9, 10],
      { kernel_shape: [3, 2], dilations: [2, 3], pads: [1, 0, 1, 0] },
      { opset: 19 },
    ),
  ]),
  pool('AveragePool', 'count_pads', [1, 3, 8, 9], {
    kernel_shape: [3, 3],
    pads: [2, 1, 1, 2],
    count_include_pad: 1,
  }),
  pool(
    'AveragePool',
    'count_pads_ceil',
    [1, 3, 8, 9],
    {
      kernel_shape: [3, 3],
      strides: [2, 2],
      pads: [1, 1, 1, 1],
      count_include_pad: 1,
      ceil_mode: 1,
    },
    { opset: 19 },
  ),
  pool(
    'MaxPool',
    'places',
    [2, 3, 8, 9],
    { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
    { outputs: 2 },
  ),
  pool(
    'MaxPool',
    'places_by_columns',
    [2, 3, 8, 9],
    { kernel_shape: [2, 2], strides: [2, 2], storage_order: 1 },
    { outputs: 2 },
  ),
  pool('MaxPool', 'places_1d', [2, 3, 9], { kernel_shape: [2] }, { outputs: 2 }),
  one('uint8', 'MaxPool', [typed('uint8', [1, 2, 6, 7], (v) => Math.round(120 + 100 * v))], {
    kernel_shape: [3, 3],
  }),
  pool('LpPool', 'p3', [1, 3, 8, 9], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], p: 3 }),
  pool('LpPool', '1d', [1, 3, 9], { kernel_shape: [3] }),
  pool('LpPool', 'same_upper', [1, 3, 8, 9], { kernel_shape: [2, 2], auto_pad: 'SAME_UPPER' }),
  pool('LpPool', 'dilated_ceil', [1, 3, 8, 10], {
    kernel_shape: [2, 2],
    strides: [3, 3],
    dilations: [2, 2],
    ceil_mode: 1,
  }),
  ...['GlobalAveragePool', 'GlobalMaxPool'].flatMap((op) => [
    pool(op, '1d', [2, 3, 11], {}),
    pool(op, 'map', [2, 5, 7, 9], {}),
  ]),
  pool('GlobalLpPool', 'map', [2, 5, 7, 9], { p: 3 }),
  one(
    'shape',
    'MaxUnpool',
    [floats([1, 2, 2, 2]), { type: 'int64', dims: [1, 2, 2, 2], data: [5, 7, 13, 15, 20, 22, 24, 27] }],
    { kernel_shape: [2, 2], strides: [2, 2] },
  ),
];

const matrixCases = [
  one('all', 'Gemm', [floats([5, 3]), floats([7, 5]), floats([3, 7])], {
    transA: 1,
    transB: 1,
    alpha: float(0.5),
    beta: float(-2),
  }),
  one('column', 'Gemm', [floats([3, 5]), floats([5, 7]), floats([3, 1])], { beta: float(0.25) }),
  one('row', 'Gemm', [floats([3, 5]), floats([5, 7]), floats([1, 7])]),
  one('scalar', 'Gemm', [floats([3, 5]), floats([5, 7]), floats([])]),
  one('no_bias', 'Gemm', [floats([3, 5]), floats([7, 5])], { transB: 1 }),
  ...(
    [
      [[4], [4]],
      [[4], [4, 5]],
      [[3, 4], [4]],
      [
        [2, 3, 4],
        [4, 5],
      ],
      [
        [3, 4],
        [2, 4, 5],
      ],
      [
        [2, 3, 4],
        [2, 4, 5],
      ],
      [
        [2, 3, 5, 4],
        [2, 3, 4, 6],
      ],
      [
        [2, 1, 5, 4],
        [1, 3, 4, 6],
      ],
      [[4], [2, 4, 5]],
      [[2, 3, 5, 4], [4]],
      [
        [5, 4],
        [2, 3, 4, 6],
      ],
    ] as const
  ).map(([a, b]) => one(`${a.join('x')}_by_${b.join('x')}`, 'MatMul', [floats(a), floats(b)])),
];

const positive = (v: number): number => 0.5 + Math.abs(v);

const statistics = (c: number) => [floats([c]), floats([c]), floats([c]), floats([c], positive)];

const normCases = [
  one('4d', 'BatchNormalization', [floats([2, 3, 4, 5]), ...statistics(3)], { epsilon: float(1e-2) }),
  one('3d', 'BatchNormalization', [floats([2, 3, 5]), ...statistics(3)]),
  one('2d', 'BatchNormalization', [floats([4, 3]), ...statistics(3)]),
  one('opset_9', 'BatchNormalization', [floats([2, 3, 4, 5]), ...statistics(3)], {}, { opset: 9 }),
  one(
    'training',
    'BatchNormalization',
    [floats([3, 3, 4, 5]), ...statistics(3)],
    { training_mode: 1, momentum: float(0.7) },
    { outputs: 3 },
  ),
  one(
    'training_2d',
    'BatchNormalization',
    [floats([6, 3]), ...statistics(3)],
    { training_mode: 1 },
    { outputs: 3 },
  ),
  one('map', 'InstanceNormalization', [floats([2, 3, 4, 5]), floats([3]), floats([3])], {
    epsilon: float(1e-2),
  }),
  one('1d', 'InstanceNormalization', [floats([2, 3, 9]), floats([3]), floats([3])]),
  one('even', 'LRN', [floats([2, 7, 3, 4])], {
    size: 5,
    alpha: float(0.5),
    beta: float(0.6),
    bias: float(2),
  }),
  one('defaults', 'LRN', [floats([1, 7, 3, 4])], { size: 3 }),
  ...['Softmax', 'LogSoftmax'].flatMap((op) => [
    ...[0, 1, 2, 3, -2].map((axis) =>
      one(`axis_${axis}`, op, [floats([2, 3, 4, 5], (v) => 8 * v)], { axis }),
    ),
    one('default', op, [floats([2, 3, 5])]),
    one('vector', op, [floats([7])], { axis: 0 }),
    one('opset_11', op, [floats([2, 3, 5])], {}, { opset: 11 }),
    one('opset_11_axis_2', op, [floats([2, 3, 4, 5])], { axis: 2 }, { opset: 11 }),
    one('opset_11_axis_0', op, [floats([2, 3, 4])], { axis: 0 }, { opset: 11 }),
  ]),
  one('axis_1', 'Hardmax', [floats([3, 4, 5])], { axis: 1 }),
  one('default', 'Hardmax', [floats([3, 4, 5])]),
  one('p1', 'LpNormalization', [floats([3, 4, 5])], { axis: 1, p: 1 }),
  one('p2', 'LpNormalization', [floats([3, 4, 5])]),
  one('all', 'MeanVarianceNormalization', [floats([2, 3, 4, 5])]),
  one('axes', 'MeanVarianceNormalization', [floats([2, 3, 4, 5])], { axes: [2, 3] }),
];

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

const functionCases = [
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

const whole = (most: number) => (v: number) => Math.round(most * v);
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

const arithmeticCases = [
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

const REDUCTIONS = [
  'ReduceSum',
  'ReduceMean',
  'ReduceMax',
  'ReduceMin',
  'ReduceProd',
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceSumSquare',
] as const;

const reduceCases = [
  ...REDUCTIONS.flatMap((op) => [
    one('last', op, [floats([3, 4, 5], positive), ints(-1)], {}, { opset: 18 }),
    one('two_dropped', op, [floats([2, 3, 4, 5], positive), ints(1, 3)], { keepdims: 0 }, { opset: 18 }),
    one('all', op, [floats([3, 4, 5], positive)], {}, { opset: 18 }),
    one('all_dropped', op, [floats([3, 4, 5], positive)], { keepdims: 0 }, { opset: 18 }),
    one('rank_5', op, [floats([2, 3, 2, 2, 3], positive), ints(1, 4)], {}, { opset: 18 }),
    one(
      'no_axes',
      op,
      [floats([3, 4], positive), { ...ints(), dims: [0] }],
      { noop_with_empty_axes: 1 },
      { opset: 18 },
    ),
  ]),
  ...['ReduceMean', 'ReduceMax', 'ReduceSum'].map((op) =>
    one('opset_11', op, [floats([3, 4, 5])], { axes: [0, 2], keepdims: 0 }, { opset: 11 }),
  ),
  ...['ReduceSum', 'ReduceMax'].map((op) => one('int32', op, [typed('int32', [3, 4, 5], whole(9)), ints(1)])),
  one('bool', 'ReduceMax', [typed('bool', [3, 4], (v) => Number(v > 0)), ints(1)], {}, { opset: 20 }),
  ...['ArgMax', 'ArgMin'].flatMap((op) => [
    ...[0, 1, 2, 3].map((axis) => one(`axis_${axis}`, op, [floats([2, 3, 4, 5], whole(2))], { axis })),
    one('last_of_equals', op, [floats([3, 7, 2], whole(1))], { axis: 1, select_last_index: 1, keepdims: 0 }),
    one('vector', op, [floats([9])], { keepdims: 0 }),
  ]),
];

const MODES = ['nearest', 'linear', 'cubic'] as const;
const PLACES = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'asymmetric',
  'align_corners',
] as const;

const resized = (
  name: string,
  x: Dims,
  o: { roi?: CaseTensor; scales?: CaseTensor; sizes?: CaseTensor },
  attributes: Attributes,
  opset = 19,
) =>
  one(
    name,
    'Resize',
    [floats(x), o.roi ?? null, o.scales ?? (o.sizes ? null : list()), ...(o.sizes ? [o.sizes] : [])],
    attributes,
    { opset },
  );

const resizeCases = [
  ...MODES.flatMap((mode) =>
    PLACES.flatMap((place) => [
      resized(
        `${mode}_${place}_up`,
        [1, 2, 4, 5],
        { scales: list(1, 1, 2.25, 1.6) },
        { mode, coordinate_transformation_mode: place },
      ),
      resized(
        `${mode}_${place}_sizes`,
        [2, 2, 4, 5],
        { sizes: ints(2, 2, 7, 3) },
        { mode, coordinate_transformation_mode: place },
      ),
    ]),
  ),
  ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) =>
    resized(
      nearest_mode,
      [1, 1, 4, 4],
      { sizes: ints(1, 1, 8, 6) },
      { mode: 'nearest', nearest_mode, coordinate_transformation_mode: 'half_pixel' },
    ),
  ),
  ...['linear', 'cubic'].flatMap((mode) => [
    resized(`${mode}_antialias`, [1, 2, 9, 8], { scales: list(1, 1, 0.6, 0.7) }, { mode, antialias: 1 }),
    resized(
      `${mode}_antialias_exclude`,
      [1, 2, 9, 8],
      { scales: list(1, 1, 0.6, 0.7) },
      { mode, antialias: 1, exclude_outside: 1 },
    ),
    resized(
      `${mode}_region`,
      [1, 1, 6, 7],
      { roi: list(0, 0, 0.35, 0.2, 1, 1, 1.2, 0.9), sizes: ints(1, 1, 5, 4) },
      { mode, coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(7) },
    ),
  ]),
  resized(
    'nearest_region',
    [1, 1, 6, 7],
    { roi: list(0, 0, 0.35, 0.2, 1, 1, 1.2, 0.9), sizes: ints(1, 1, 5, 4) },
    { mode: 'nearest', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(7) },
  ),
  resized(
    'linear_region_axes',
    [1, 1, 6, 7],
    { roi: list(0.2, 0.3, 0.9, 0.6), sizes: ints(3, 3) },
    { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', axes: [3, 2] },
  ),
  resized(
    'cubic_a_exclude',
    [1, 2, 5, 6],
    { scales: list(1, 1, 1.8, 0.7) },
    { mode: 'cubic', cubic_coeff_a: float(-0.5), exclude_outside: 1 },
  ),
  resized('axes', [1, 2, 5, 6], { scales: list(2, 1.5) }, { mode: 'linear', axes: [2, 3] }),
  resized('axes_turned', [1, 2, 5, 6], { sizes: ints(9, 8) }, { mode: 'linear', axes: [3, 2] }),
  resized('one_axis', [1, 2, 5, 6], { sizes: ints(9) }, { mode: 'linear', axes: [-1] }),
  ...['not_larger', 'not_smaller'].flatMap((keep_aspect_ratio_policy) => [
    resized(
      keep_aspect_ratio_policy,
      [1, 2, 5, 7],
      { sizes: ints(9, 9) },
      { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy },
    ),
    resized(
      `${keep_aspect_ratio_policy}_nearest`,
      [1, 2, 5, 7],
      { sizes: ints(3, 6) },
      { axes: [2, 3], keep_aspect_ratio_policy },
    ),
  ]),
  resized('rank_2', [4, 5], { sizes: ints(7, 9) }, { mode: 'linear' }),
  resized('rank_3', [2, 4, 5], { scales: list(1, 1, 2) }, { mode: 'linear' }),
  resized('channels', [1, 2, 3, 4], { sizes: ints(1, 5, 3, 7) }, { mode: 'nearest' }),
  resized('opset_13', [1, 2, 4, 5], { roi: list(), scales: list(1, 1, 2, 3) }, { mode: 'linear' }, 13),
  resized(
    'opset_11',
    [1, 2, 4, 5],
    { roi: list(), scales: list(1, 1, 2, 3) },
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    11,
  ),
  one('opset_10', 'Resize', [floats([1, 2, 4, 5]), list(1, 1, 2, 0.6)], { mode: 'nearest' }, { opset: 10 }),
  one(
    'opset_10_linear',
    'Resize',
    [floats([1, 2, 4, 5]), list(1, 1, 2, 2)],
    { mode: 'linear' },
    { opset: 10 },
  ),
  one('opset_9', 'Upsample', [floats([1, 2, 4, 5]), list(1, 1, 2, 3)], { mode: 'nearest' }, { opset: 9 }),
  one(
    'opset_9_linear',
    'Upsample',
    [floats([1, 2, 4, 5]), list(1, 1, 2, 3)],
    { mode: 'linear' },
    { opset: 9 },
  ),
  one(
    'opset_7',
    'Upsample',
    [floats([1, 2, 4, 5])],
    { mode: 'nearest', scales: { floats: [1, 1, 2, 3] } },
    { opset: 7 },
  ),
  ...['linear', 'nearest', 'cubic'].flatMap((mode) =>
    ['zeros', 'border', 'reflection'].flatMap((padding_mode) =>
      [0, 1].map((align_corners) =>
        one(
          `${mode}_${padding_mode}_${align_corners}`,
          'GridSample',
          [floats([2, 3, 5, 6]), floats([2, 4, 7, 2], (v) => 1.7 * v)],
          { mode, padding_mode, align_corners },
          { opset: 20 },
        ),
      ),
    ),
  ),
  one(
    'opset_16',
    'GridSample',
    [floats([1, 2, 5, 6]), floats([1, 3, 4, 2])],
    { mode: 'bilinear' },
    { opset: 16 },
  ),
];

const layoutCases = [
  one('negative', 'Slice', [floats([4, 5, 6]), ints(-3, 1), ints(-1, 1000), ints(-1, 0), ints(1, 2)]),
  one('backwards', 'Slice', [floats([4, 5, 6]), ints(-1, 10), ints(-1000, 0), ints(1, 2), ints(-1, -2)]),
  one('empty', 'Slice', [floats([4, 5, 6]), ints(3), ints(1), ints(0)]),
  one('no_axes', 'Slice', [floats([4, 5, 6]), ints(0, 1, 2), ints(3, 4, 4)]),
  one('opset_9', 'Slice', [floats([4, 5, 6])], { starts: [0, 1], ends: [2, -1], axes: [0, 2] }, { opset: 9 }),
  one('int64', 'Slice', [typed('int64', [7, 3], whole(99)), ints(1), ints(5)]),
  one('rank_5', 'Slice', [floats([2, 3, 4, 3, 2]), ints(1, 0), ints(3, 2), ints(2, 3)]),
  one('equal', 'Split', [floats([2, 6, 5])], { axis: 1 }, { opset: 13, outputs: 3 }),
  one('sizes', 'Split', [floats([2, 7, 5]), ints(2, 4, 1)], { axis: -2 }, { opset: 13, outputs: 3 }),
  one('uneven', 'Split', [floats([2, 7])], { axis: 1, num_outputs: 3 }, { opset: 18, outputs: 3 }),
  one('opset_11', 'Split', [floats([5, 4])], { split: [2, 3] }, { opset: 11, outputs: 2 }),
  ...[0, 1, 2, 3].map((axis) =>
    one(
      `axis_${axis}`,
      'Concat',
      [floats([2, 3, 4, 5]), floats([2, 3, 4, 5].with(axis, 1)), floats([2, 3, 4, 5].with(axis, 2))],
      { axis },
    ),
  ),
  one('vector', 'Concat', [floats([3]), floats([5])], { axis: 0 }),
  one('rank_5', 'Concat', [floats([2, 3, 2, 2, 3]), floats([2, 3, 4, 2, 3])], { axis: -3 }),
  one('int64', 'Concat', [typed('int64', [2, 3], whole(99)), typed('int64', [2, 1], whole(99))], { axis: 1 }),
  ...['constant', 'reflect', 'edge', 'wrap'].map((mode) =>
    one(mode, 'Pad', [floats([1, 3, 4, 5]), ints(0, 1, 2, 1, 0, 0, 1, 3)], { mode }, { opset: 19 }),
  ),
  one('value', 'Pad', [floats([2, 3, 4]), ints(1, 0, 2, 0, 3, 1), scalar(2.5)]),
  one('negative', 'Pad', [floats([2, 5, 6]), ints(0, -1, 2, 0, -2, -3)]),
  one('axes', 'Pad', [floats([2, 5, 6]), ints(2, 1, 0, 3), scalar(1), ints(-1, 0)]),
  one('vector', 'Pad', [floats([5]), ints(2, 1)], { mode: 'edge' }),
  one('int32', 'Pad', [typed('int32', [2, 3], whole(9)), ints(0, 1, 1, 0), scalar(7, 'int32')]),
  one('opset_10', 'Pad', [floats([2, 5, 6])], { pads: [0, 1, 2, 3, 0, 1], value: float(1.5) }, { opset: 10 }),
  one('rank_5', 'Pad', [floats([2, 3, 2, 2, 3]), ints(0, 0, 1, 0, 2, 0, 0, 0, 1, 0)]),
  one('infer', 'Reshape', [floats([2, 3, 4]), ints(4, -1)]),
  one('copy', 'Reshape', [floats([2, 3, 4]), ints(0, -1, 2)]),
  one('rank_5', 'Reshape', [floats([2, 3, 4, 5]), ints(2, 3, 2, 2, 5)]),
  one('scalar', 'Reshape', [floats([1, 1]), { ...ints(), dims: [0] }]),
  one('allowzero', 'Reshape', [floats([0, 3, 4]), ints(3, 4, 0)], { allowzero: 1 }),
  one('int64', 'Reshape', [typed('int64', [2, 6], whole(99)), ints(3, 4)]),
  ...[0, 1, 2, 3, -1].map((axis) => one(`axis_${axis}`, 'Flatten', [floats([2, 3, 4])], { axis })),
  ...(
    [
      [0, 1, 2, 3],
      [0, 2, 3, 1],
      [3, 1, 0, 2],
      [1, 0, 3, 2],
    ] as const
  ).map((perm) => one(perm.join(''), 'Transpose', [floats([2, 3, 4, 5])], { perm })),
  one('default', 'Transpose', [floats([2, 3, 4])]),
  one('rank_5', 'Transpose', [floats([2, 3, 2, 3, 4])], { perm: [4, 1, 3, 0, 2] }),
  one('axes', 'Squeeze', [floats([1, 3, 1, 5]), ints(0, -2)]),
  one('all', 'Squeeze', [floats([1, 3, 1, 5])]),
  one('opset_11', 'Squeeze', [floats([1, 3, 1, 5])], { axes: [2] }, { opset: 11 }),
  one('axes', 'Unsqueeze', [floats([3, 4]), ints(3, -4)]),
  one('opset_11', 'Unsqueeze', [floats([3, 4])], { axes: [0, 3] }, { opset: 11 }),
  one('dims', 'Expand', [floats([3, 1]), ints(2, 1, 6)]),
  one('fewer', 'Expand', [floats([3, 1]), ints(3, 4)]),
  one('shorter', 'Expand', [floats([2, 3, 1]), ints(1, 4)]),
  one('dcr', 'DepthToSpace', [floats([2, 8, 2, 3])], { blocksize: 2, mode: 'DCR' }),
  one('crd', 'DepthToSpace', [floats([2, 8, 2, 3])], { blocksize: 2, mode: 'CRD' }),
  one('3', 'SpaceToDepth', [floats([2, 2, 6, 3])], { blocksize: 3 }),
  one('axis_1', 'Gather', [floats([3, 4, 5]), { type: 'int64', dims: [2, 2], data: [0, -1, 3, 1] }], {
    axis: 1,
  }),
  one('scalar', 'Gather', [floats([3, 4, 5]), scalar(2, 'int64')], { axis: 0 }),
  one('int32', 'Gather', [floats([3, 4]), { type: 'int32', dims: [3], data: [2, 0, 0] }]),
  one('rank_4', 'Gather', [floats([2, 3, 4, 5]), ints(4, 0, 0)], { axis: -1 }),
  one('part', 'Shape', [floats([2, 3, 4, 5])], { start: 1, end: -1 }),
  one('size', 'Size', [floats([2, 3, 4])]),
  one('int64', 'Cast', [floats([3, 4], wide)], { to: 7 }),
  one('bool', 'Cast', [floats([3, 4], whole(1))], { to: 9 }),
  one('float', 'Cast', [typed('int64', [3, 4], whole(99))], { to: 1 }),
  one('float64', 'Cast', [floats([3, 4])], { to: 11 }),
  one('value', 'ConstantOfShape', [ints(2, 3)], { value: { type: 'int64', dims: [1], data: [7] } }),
  one('default', 'ConstantOfShape', [ints(4, 3, 2)]),
  one('scalar', 'ConstantOfShape', [{ ...ints(), dims: [0] }]),
  one('tensor', 'Constant', [], { value: floats([2, 3]) }),
  one('float', 'Constant', [], { value_float: float(2.5) }),
  one('ints', 'Constant', [], { value_ints: [3, 1, 4] }),
  one('floats', 'Constant', [], { value_floats: { floats: [0.5, 1.5] } }),
  one('down', 'Range', [scalar(9), scalar(2), scalar(-2.5)]),
  one('int64', 'Range', [scalar(1, 'int64'), scalar(8, 'int64'), scalar(3, 'int64')]),
  one('repeats', 'Tile', [floats([2, 3, 4]), ints(1, 2, 3)]),
  one('crop_and_pad', 'CenterCropPad', [floats([5, 8, 3]), ints(8, 5, 3)], {}),
  one('axes', 'CenterCropPad', [floats([5, 8, 3]), ints(4, 9)], { axes: [-2, 0] }),
  one('strides', 'Col2Im', [floats([1, 8, 6]), ints(5, 7), ints(2, 2)], {
    strides: [2, 2],
    pads: [0, 0, 0, 0],
  }),
  one('pads_dilations', 'Col2Im', [floats([2, 12, 20]), ints(5, 6), ints(2, 3)], {
    dilations: [1, 1],
    pads: [0, 0, 0, 1],
  }),
  one('triu', 'Trilu', [floats([3, 4, 5]), scalar(1, 'int64')], { upper: 1 }),
  one('tril', 'Trilu', [floats([4, 5])], { upper: 0 }),
];

const LOSSES = ['NegativeLogLikelihoodLoss', 'SoftmaxCrossEntropyLoss'] as const;
const SCORES: readonly Dims[] = [
  [4, 5],
  [2, 5, 3],
  [2, 5, 3, 4],
  [2, 5, 3, 2, 2],
];

/** Labels of 0 to 4, `ignored` among them where it is given. */
const labels = (dims: Dims, ignored?: number): CaseTensor =>
  typed('int64', dims.toSpliced(1, 1), (v) =>
    ignored !== undefined && v > 0.4 ? ignored : Math.min(4, Math.floor(2.5 * (v + 1))),
  );

const lossCases = LOSSES.flatMap((op) => [
  ...SCORES.map((dims) => one(`mean_${dims.length}`, op, [floats(dims), labels(dims)])),
  ...['none', 'sum', 'mean'].flatMap((reduction) => [
    one(reduction, op, [floats([2, 5, 3]), labels([2, 5, 3])], { reduction }),
    one(`${reduction}_weights`, op, [floats([2, 5, 3]), labels([2, 5, 3]), floats([5], positive)], {
      reduction,
    }),
    one(`${reduction}_ignore`, op, [floats([2, 5, 3]), labels([2, 5, 3], 1)], { reduction, ignore_index: 1 }),
    one(
      `${reduction}_ignore_negative`,
      op,
      [floats([2, 5, 3, 4]), labels([2, 5, 3, 4], -5), floats([5], positive)],
      { reduction, ignore_index: -5 },
    ),
  ]),
  ...(op === 'SoftmaxCrossEntropyLoss'
    ? [one('log_prob', op, [floats([2, 5, 3, 4]), labels([2, 5, 3, 4])], {}, { outputs: 2 })]
    : []),
]);

/** Every operator case, the same on every machine. */
export const operatorCases: readonly OperatorCase[] = [
  ...convCases,
  ...deconvCases,
  ...poolCases,
  ...matrixCases,
  ...normCases,
  ...functionCases,
  ...arithmeticCases,
  ...reduceCases,
  ...resizeCases,
  ...layoutCases,
  ...lossCases,
];
