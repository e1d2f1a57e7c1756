import type { Attrs } from '../src/graph/kinds.js';
import type { LayerKind } from '../src/graph/node.js';

/** A layer of each kind that says all that it can say: how many inputs of 8 channels it reads, and its attributes. */
export const samples: {
  readonly [K in LayerKind]: { readonly inputs: number; readonly attrs: Attrs[K] };
} = {
  conv2d: {
    inputs: 1,
    attrs: {
      filter: { out: 12, in: 8, kernel: [3, 5], groups: 4, transposed: false },
      options: { stride: [2, 1], dilation: 3, pad: [1, 2, 3, 4], relu: true, pool: { ceil: false } },
      bias: false,
    },
  },
  conv_transpose2d: {
    inputs: 1,
    attrs: {
      filter: { out: 6, in: 8, kernel: [4, 4], groups: 2, transposed: true },
      options: { stride: 2, dilation: [1, 2], pad: [1, 1], outputPad: [0, 1], relu: false },
      bias: true,
      crop: [3, 2],
    },
  },
  upsample: {
    inputs: 1,
    attrs: { options: { kernel: 4, stride: [2, 2], pad: 1, outputPad: 0 }, crop: [5, 9] },
  },
  inner_product: { inputs: 1, attrs: { x: { c: 8, h: 6, w: 7 }, out: 10, bias: true, relu: false } },
  max_pool: {
    inputs: 1,
    attrs: { kernel: [3, 2], stride: 2, dilation: [1, 1], pad: 1, ceil: true, clip: true, hang: [1, 0] },
  },
  max_pool_index: { inputs: 1, attrs: { kernel: 2, stride: 2, order: 'column' } },
  avg_pool: { inputs: 1, attrs: { kernel: 7, ceil: false, hang: 2, countPad: true } },
  global_avg_pool: { inputs: 1, attrs: {} },
  activation: { inputs: 1, attrs: { kind: 'clip', min: Number.NEGATIVE_INFINITY, max: 6.1 } },
  binary: { inputs: 2, attrs: { op: 'less_or_equal' } },
  select: { inputs: 3, attrs: {} },
  reduce: { inputs: 1, attrs: { op: 'log_sum', axes: ['h', 'n'] } },
  argmax: { inputs: 1, attrs: { last: true, min: false } },
  one_hot: { inputs: 1, attrs: { depth: 21, ignore: -1 } },
  prelu: { inputs: 1, attrs: { channels: 8 } },
  scale: { inputs: 1, attrs: { channels: 8, bias: false } },
  batch_norm: { inputs: 1, attrs: { channels: 8, epsilon: 1e-5 } },
  lrn: { inputs: 1, attrs: { size: 5, alpha: 1e-4, beta: 0.75, k: 2 } },
  softmax: { inputs: 1, attrs: { log: true } },
  sum: { inputs: 2, attrs: { coefficients: [1, -0.5], relu: true } },
  input: { inputs: 0, attrs: { channels: 3, size: [224, 225], batch: 2 } },
  crop: { inputs: 2, attrs: { offset: [19, 0] } },
  crop_sum: { inputs: 2, attrs: { offset: [5, 9] } },
  resize: {
    inputs: 1,
    attrs: {
      mode: 'bicubic',
      coordinates: 'tf_crop_and_resize',
      rounding: 'ceil',
      antialias: true,
      cubic: -0.5,
      region: [0.1, 0.2, 0.9, 1.1],
      excludeOutside: true,
      scale: [1 / 3, 2],
    },
  },
  resize_to: { inputs: 2, attrs: { mode: 'nearest' } },
  concat: { inputs: 2, attrs: { axis: 'w' } },
  constant: { inputs: 0, attrs: { shape: { n: 1, c: 3, h: 2, w: 5 } } },
  rearrange: {
    inputs: 1,
    attrs: {
      digits: [
        { size: 8, stride: 42 },
        { size: 7, stride: -1 },
        { size: 6, stride: 7 },
      ],
      offset: 6,
      from: { n: null, c: 8, h: 6, w: 7 },
      to: { n: null, c: 8, h: 7, w: 6 },
    },
  },
  pad: { inputs: 1, attrs: { before: [0, 0, 1, -2], after: [0, 0, 3, 4], mode: 'constant', value: -0.5 } },
  slice: { inputs: 1, attrs: { axis: 'h', start: -1, end: null, step: -2 } },
  take: { inputs: 1, attrs: { axis: 'c', indices: [7, 0, 3] } },
  matmul: { inputs: 2, attrs: { columns: 7 } },
  max_unpool: { inputs: 2, attrs: { size: [12, 14] } },
  grid_sample: { inputs: 2, attrs: { mode: 'cubic', padding: 'reflection', alignCorners: true } },
};
