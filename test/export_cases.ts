import type { Attrs } from '../src/graph/kinds.js';
import type { LayerKind } from '../src/graph/node.js';
import type { Quad } from '../src/lower/gather_tables.js';

/** A layer of one kind, for the export: the sizes of its inputs, and of what numbers they are. */
export interface ExportCase<A> {
  readonly attrs: A;
  readonly inputs: readonly Quad[];
  /** From a uniform value of [-1, 1) to input i's; the same by default. */
  readonly values?: (v: number, input: number, at: number) => number;
  /** Whether the layer needs inputs of fixed size. */
  readonly fixed?: boolean;
}

const x: Quad = [2, 5, 11, 14];
const each = <A>(attrs: readonly A[], more: Partial<ExportCase<A>> = {}): ExportCase<A>[] =>
  attrs.map((a) => ({ inputs: [x], ...more, attrs: a }));

const filter = (out: number, kernel: readonly [number, number], groups = 1, transposed = false) =>
  ({ out, in: 6, kernel, groups, transposed }) as const;

const six: Quad = [2, 6, 9, 12];
const whole = (most: number) => (v: number) => Math.floor(((v + 1) / 2) * (most + 1));
const bits = (v: number, input: number) => (input === 0 ? Number(v > 0) : v);

const POOLS: readonly Attrs['max_pool'][] = [
  { kernel: 2, stride: 2, ceil: true },
  { kernel: 2, stride: 2 },
  { kernel: 3, stride: 2, ceil: true, pad: 1, clip: true },
  { kernel: [3, 2], stride: [2, 3], pad: [1, 0, 0, 0], ceil: true },
  { kernel: 2, stride: 3, ceil: true, clip: true },
  { kernel: 3, stride: 1, pad: 1, hang: [1, 0] },
  { kernel: 3, dilation: 2, pad: [4, 3], clip: true },
  { kernel: 3, stride: 2, dilation: [2, 1], hang: 1, ceil: true },
];

/** One or more layers of every kind. A kind without one does not compile. */
export const EXPORT_CASES: { readonly [K in Exclude<LayerKind, 'input'>]: readonly ExportCase<Attrs[K]>[] } =
  {
    conv2d: each<Attrs['conv2d']>(
      [
        { filter: filter(7, [3, 3]), options: { pad: 1, relu: true }, bias: true },
        {
          filter: filter(4, [2, 5]),
          options: { stride: [2, 1], pad: [5, 0, 1, 7], dilation: [3, 1] },
          bias: false,
        },
        { filter: filter(6, [3, 3], 6), options: { pool: { ceil: true } }, bias: true },
        { filter: filter(8, [1, 3], 2), options: { relu: true, pool: { ceil: false } }, bias: true },
      ],
      { inputs: [six] },
    ),
    conv_transpose2d: each<Attrs['conv_transpose2d']>(
      [
        { filter: filter(3, [4, 4], 1, true), options: { stride: 2, pad: 1, relu: true }, bias: true },
        {
          filter: filter(4, [3, 2], 2, true),
          options: { stride: [3, 2], dilation: [1, 2], pad: [0, 1, 2, 0], outputPad: [2, 1] },
          bias: false,
        },
      ],
      { inputs: [six] },
    ),
    upsample: each<Attrs['upsample']>([
      { options: { kernel: 4, stride: 2 } },
      { options: { kernel: [3, 8], stride: [1, 4], pad: [1, 2], outputPad: [0, 1] } },
    ]),
    inner_product: each<Attrs['inner_product']>(
      [
        { x: { c: 5, h: 3, w: 4 }, out: 7, bias: true, relu: true },
        { x: { c: 5, h: 3, w: 4 }, out: 6, bias: false, relu: false },
      ],
      { inputs: [[2, 5, 3, 4]], fixed: true },
    ),
    max_pool: each(POOLS),
    max_pool_index: each<Attrs['max_pool_index']>([
      POOLS[0]!,
      { ...POOLS[2]!, order: 'column' },
      { kernel: 3, stride: 2, hang: 1 },
    ]),
    avg_pool: each<Attrs['avg_pool']>([
      { kernel: 3, stride: 2, pad: 1 },
      { kernel: 3, pad: 1, countPad: true },
      ...POOLS,
      ...POOLS.map((o) => ({ ...o, countPad: true })),
    ]),
    global_avg_pool: each([{}]),
    activation: [
      ...each<Attrs['activation']>([
        { kind: 'relu' },
        { kind: 'relu', slope: 0.1 },
        { kind: 'sigmoid' },
        { kind: 'clip', min: -0.25, max: 0.5 },
        { kind: 'clip', min: Number.NEGATIVE_INFINITY, max: 0.3 },
        { kind: 'gelu', approximate: 'none' },
        { kind: 'gelu', approximate: 'tanh' },
        { kind: 'hard_sigmoid', alpha: 0.4, beta: 0.3 },
        { kind: 'thresholded_relu', alpha: 0.2 },
        { kind: 'elu', alpha: 0.7 },
        { kind: 'celu', alpha: 1.3 },
        { kind: 'selu', alpha: 1.6, gamma: 1.1 },
        ...(['tanh', 'exp', 'neg', 'abs', 'sign', 'sin', 'cos', 'square', 'erf'] as const).map((kind) => ({
          kind,
        })),
        ...(['softplus', 'softsign', 'hard_swish', 'mish'] as const).map((kind) => ({ kind })),
      ]),
      ...each<Attrs['activation']>(
        (['floor', 'ceil', 'round', 'trunc', 'not'] as const).map((kind) => ({ kind })),
        { values: (v) => Math.round(v * 10) / 2 },
      ),
      ...each<Attrs['activation']>(
        (['log', 'sqrt', 'reciprocal'] as const).map((kind) => ({ kind })),
        { values: (v) => 1.1 + v },
      ),
    ],
    prelu: each([{ channels: 5 }]),
    scale: each([
      { channels: 5, bias: true },
      { channels: 5, bias: false },
    ]),
    batch_norm: each([{ channels: 5, epsilon: 0.01 }]),
    lrn: each([
      { size: 3, alpha: 2, beta: 0.75 },
      { size: 5, alpha: 1, beta: 0.5, k: 2 },
    ]),
    softmax: each<Attrs['softmax']>([{}, { log: true }], { values: (v) => 8 * v }),
    sum: [
      ...each<Attrs['sum']>([{}, { coefficients: [1, -0.5] }], { inputs: [x, x] }),
      ...each<Attrs['sum']>([{}, { coefficients: [1, 2, -3], relu: true }], { inputs: [x, x, x] }),
      ...each<Attrs['sum']>([{}, { coefficients: [-2] }]),
    ],
    crop: each([{ offset: [3, 1] }], { inputs: [x, [1, 3, 7, 9]] }),
    crop_sum: each([{ offset: [3, 5] }], { inputs: [[2, 5, 7, 9], x] }),
    resize: [
      ...each<Attrs['resize']>([
        { mode: 'bilinear', scale: [2, 3] },
        { mode: 'bilinear', scale: 0.5, coordinates: 'pytorch_half_pixel' },
        { mode: 'bilinear', size: [17, 5], coordinates: 'align_corners' },
        { mode: 'bilinear', size: [5, 9], antialias: true },
        { mode: 'bilinear', scale: [0.7, 1.3], coordinates: 'half_pixel_symmetric' },
        { mode: 'bicubic', scale: [1.5, 0.5], cubic: -0.5 },
        { mode: 'bicubic', size: [6, 31], excludeOutside: true },
        { mode: 'bicubic', size: [6, 6], antialias: true },
        { mode: 'nearest', scale: [2, 0.4], coordinates: 'asymmetric', rounding: 'floor' },
        { mode: 'nearest', size: [23, 6], rounding: 'round_prefer_ceil' },
        { mode: 'bilinear', size: [8, 9], coordinates: 'tf_crop_and_resize', region: [0.1, 0.2, 0.9, 1.1] },
      ]),
      ...each<Attrs['resize']>(
        [
          { mode: 'bilinear', scale: [1.9, 0.6], size: [20, 9] },
          { mode: 'bilinear', size: [20, 9], excludeOutside: true },
        ],
        { fixed: true },
      ),
    ],
    resize_to: each<Attrs['resize_to']>(
      [{ mode: 'bilinear' }, { mode: 'bilinear', coordinates: 'align_corners' }, { mode: 'nearest' }],
      { inputs: [x, [1, 2, 19, 8]] },
    ),
    concat: [
      ...each<Attrs['concat']>([{}], { inputs: [x, [2, 3, 11, 14]] }),
      ...each<Attrs['concat']>([{ axis: 'h' }], { inputs: [x, [2, 5, 2, 14]] }),
      ...each<Attrs['concat']>([{ axis: 'n' }], { inputs: [x, [1, 5, 11, 14]] }),
    ],
    constant: each([{ shape: { n: 2, c: 3, h: 4, w: 5 } }], { inputs: [] }),
    binary: [
      ...each<Attrs['binary']>(
        (['add', 'sub', 'mul', 'max', 'min', 'less', 'greater', 'prelu'] as const).map((op) => ({ op })),
        { inputs: [x, [1, 5, 1, 14]] },
      ),
      ...each<Attrs['binary']>(
        (['equal', 'less_or_equal', 'greater_or_equal', 'and', 'or', 'xor'] as const).map((op) => ({ op })),
        { inputs: [[1, 1, 11, 14], x], values: whole(2) },
      ),
      ...each<Attrs['binary']>(
        (['div', 'pow', 'mod', 'fmod'] as const).map((op) => ({ op })),
        { inputs: [x, x], values: (v, input) => (input === 0 ? 3 * v + 3.1 : v + 1.7) },
      ),
      ...each<Attrs['binary']>(
        (['mod', 'fmod'] as const).map((op) => ({ op })),
        { inputs: [x, x], values: (v, input) => (input === 0 ? 3 * v : v - 1.7) },
      ),
    ],
    select: each([{}], { inputs: [[2, 1, 11, 14], x, [1, 5, 1, 1]], values: bits }),
    reduce: [
      ...each<Attrs['reduce']>([
        { op: 'sum', axes: ['h', 'w'] },
        { op: 'mean', axes: ['c'] },
        { op: 'max', axes: ['n', 'w'] },
        { op: 'min', axes: ['h'] },
        { op: 'l1', axes: ['n', 'c', 'h', 'w'] },
        { op: 'l2', axes: ['c', 'w'] },
        { op: 'sum_square', axes: ['w'] },
        { op: 'prod', axes: ['c'] },
      ]),
      ...each<Attrs['reduce']>([{ op: 'log_sum', axes: ['h'] }], { values: (v) => 1.1 + v }),
    ],
    argmax: each<Attrs['argmax']>([{}, { last: true }, { min: true }, { last: true, min: true }], {
      values: whole(3),
    }),
    one_hot: each<Attrs['one_hot']>([{ depth: 4 }, { depth: 5, ignore: 2 }, { depth: 5, ignore: -1 }], {
      inputs: [[2, 1, 6, 7]],
      values: (v) => whole(8)(v) - 2,
    }),
    rearrange: [
      ...each<Attrs['rearrange']>(
        [
          // Depth to space, block 2.
          {
            digits: [
              { size: 3, stride: 20 },
              { size: 4, stride: 5 },
              { size: 2, stride: 120 },
              { size: 5, stride: 1 },
              { size: 2, stride: 60 },
            ],
            offset: 0,
            from: { n: null, c: 12, h: 4, w: 5 },
            to: { n: null, c: 3, h: 8, w: 10 },
          },
          // Every other column backwards, each twice.
          {
            digits: [
              { size: 48, stride: 5 },
              { size: 3, stride: -2 },
              { size: 2, stride: 0 },
            ],
            offset: 4,
            from: { n: null, c: 12, h: 4, w: 5 },
            to: { n: null, c: 12, h: 4, w: 6 },
          },
          // Images and channels swapped, and each row three times.
          {
            digits: [
              { size: 12, stride: 20 },
              { size: 2, stride: 240 },
              { size: 4, stride: 5 },
              { size: 3, stride: 0 },
              { size: 5, stride: 1 },
            ],
            offset: 0,
            from: { n: 2, c: 12, h: 4, w: 5 },
            to: { n: 12, c: 2, h: 12, w: 5 },
          },
          // The same elements under other sizes.
          {
            digits: [{ size: 240, stride: 1 }],
            offset: 0,
            from: { n: null, c: 12, h: 4, w: 5 },
            to: { n: null, c: 240, h: 1, w: 1 },
          },
          // The second image's first channel.
          {
            digits: [{ size: 20, stride: 1 }],
            offset: 240,
            from: { n: 2, c: 12, h: 4, w: 5 },
            to: { n: 1, c: 1, h: 4, w: 5 },
          },
        ],
        { inputs: [[2, 12, 4, 5]] },
      ),
    ],
    pad: each<Attrs['pad']>([
      { before: [0, 0, 1, 2], after: [0, 0, 3, 0], mode: 'constant', value: 0.5 },
      { before: [0, 1, 2, 3], after: [0, 2, 0, 1], mode: 'edge', value: 0 },
      { before: [0, 0, 4, -3], after: [0, 0, -2, 5], mode: 'reflect', value: 0 },
      { before: [0, 0, 2, 3], after: [0, 0, 1, 0], mode: 'wrap', value: 0 },
      { before: [-1, -2, 0, 0], after: [0, 0, -4, -5], mode: 'constant', value: 0 },
    ]),
    slice: each<Attrs['slice']>([
      { axis: 'h', start: 2, end: -3, step: 2 },
      { axis: 'w', start: -1, end: null, step: -3 },
      { axis: 'c', start: 1, end: 99, step: 1 },
      { axis: 'n', start: 1, end: null, step: 1 },
    ]),
    take: each<Attrs['take']>([
      { axis: 'c', indices: [4, 0, 0, 2] },
      { axis: 'w', indices: [13, 12, 1] },
    ]),
    matmul: each([{ columns: 6 }], {
      inputs: [
        [2, 5, 3, 7],
        [1, 5, 3, 6],
      ],
    }),
    max_unpool: each<Attrs['max_unpool']>([{ size: [9, 10] }], {
      inputs: [
        [2, 3, 4, 5],
        [2, 3, 4, 5],
      ],
      // Each position once: 7 and 540 have no common factor.
      values: (v, input, at) => (input === 0 ? v : (at * 7) % 540),
    }),
    grid_sample: [
      ...each<Attrs['grid_sample']>(
        (['linear', 'nearest', 'cubic'] as const).flatMap((mode) =>
          (['zeros', 'border', 'reflection'] as const).flatMap((padding) => [
            { mode, padding, alignCorners: false },
            { mode, padding, alignCorners: true },
          ]),
        ),
        { inputs: [x, [2, 2, 6, 7]], values: (v, input) => (input === 0 ? v : 1.4 * v) },
      ),
    ],
  };
