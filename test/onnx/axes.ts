import type { CaseTensor } from './files.js';
import { type Dims, float, floats, ints, one, positive, typed, whole } from './make.js';

export const matrixCases = [
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

const statistics = (c: number) => [floats([c]), floats([c]), floats([c]), floats([c], positive)];

export const normCases = [
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

export const reduceCases = [
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

export const lossCases = LOSSES.flatMap((op) => [
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
