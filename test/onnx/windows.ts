import type { OperatorCase } from './files.js';
import { type Attributes, type Dims, floats, one, typed } from './make.js';

const conv = (name: string, x: Dims, w: Dims, attributes: Attributes = {}, bias = false): OperatorCase =>
  one(name, 'Conv', [floats(x), floats(w), ...(bias ? [floats([w[0]!])] : [])], attributes);

export const convCases = [
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

export const deconvCases = [
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

export const poolCases = [
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
