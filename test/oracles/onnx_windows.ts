// ONNX's convolutions and pools as calls of ours. One spatial dimension runs as a map of one row.

import { uploadFilter } from '../../src/engine/filter.js';
import {
  avgPool,
  conv2d,
  convTranspose2d,
  globalAvgPool,
  maxPool,
  maxPoolIndex,
} from '../../src/engine/operators.js';
import { uploadVector } from '../../src/engine/tensor.js';
import type { FilterShape } from '../../src/lower/filter.js';
import { poolShape } from '../../src/lower/pool.js';
import { convTranspose2dLayout, convTranspose2dShape } from '../../src/ops/conv_transpose2d.js';
import { conv2dLayout, conv2dShape } from '../../src/ops/conv2d.js';
import type { Padding, Pair, Shape, Window } from '../../src/shape.js';
import { sumTolerance } from '../cases/case.js';
import { type Call, type Mapping, NotApplicable, type Step, type Value } from './run_onnx.js';

/** Winograd F(4x4) loses digits in its transforms. */
const WINOGRAD_TOLERANCE = 3e-5;

function mapOf(call: Call, { dims }: Value): Shape {
  const [n = 0, c = 0, ...size] = dims;
  if (size.length !== 1 && size.length !== 2)
    throw new NotApplicable(`${call.node.op} over ${size.length} spatial dimensions`);
  const [w = 1, h = 1] = size.toReversed();
  return { n, c, h, w };
}

/** The dims of a map as ONNX has them, for an input of that rank. */
const dimsOf = ({ n, c, h, w }: Shape, rank: number): number[] => (rank === 3 ? [n, c, w] : [n, c, h, w]);

/** An attribute with a number for each spatial dimension. */
const pairOf = (values: readonly number[], fill: number): Pair => [
  values.length > 1 ? values[0]! : fill,
  values.at(-1)!,
];

interface OnnxWindow extends Window {
  /** SAME_UPPER or SAME_LOWER: the padding follows from the sizes. */
  readonly same: 'upper' | 'lower' | null;
}

function windowOf(call: Call, weights: readonly number[] | null): OnnxWindow {
  const kernel = call.list('kernel_shape') ?? weights?.slice(2);
  if (!kernel) throw new Error(`${call.node.op}: no kernel_shape`);
  const pads = call.list('pads') ?? kernel.flatMap(() => [0, 0]);
  const half = pads.length / 2;
  const auto = call.text('auto_pad', 'NOTSET');
  return {
    kernel: pairOf(kernel, 1),
    stride: pairOf(call.list('strides') ?? [1], 1),
    dilation: pairOf(call.list('dilations') ?? [1], 1),
    pad: [...pairOf(pads.slice(0, half), 0), ...pairOf(pads.slice(half), 0)] as unknown as Padding,
    same: auto === 'SAME_UPPER' ? 'upper' : auto === 'SAME_LOWER' ? 'lower' : null,
  };
}

/** Halves of the padding of each axis; the odd one goes to the end, or in front with 'lower'. */
function halves([y, x]: Pair, same: 'upper' | 'lower'): Padding {
  const front = same === 'upper' ? Math.floor : Math.ceil;
  return [front(y / 2), front(x / 2), y - front(y / 2), x - front(x / 2)];
}

/** The window with the padding that makes ceil(size / stride) outputs. */
function padded(win: OnnxWindow, x: Shape): Window {
  if (!win.same) return win;
  const total = ([x.h, x.w] as const).map((size, i) => {
    const stride = win.stride[i]!;
    const extent = win.dilation[i]! * (win.kernel[i]! - 1) + 1;
    return Math.max((Math.ceil(size / stride) - 1) * stride + extent - size, 0);
  });
  return { ...win, pad: halves(total as unknown as Pair, win.same) };
}

const float = (shape: Shape, rank: number) => ({ type: 'float32' as const, dims: dimsOf(shape, rank) });

const conv: Mapping = (call) => {
  const value = call.map(0);
  const weights = call.numbers(1)!;
  const bias = call.numbers(2);
  const x = mapOf(call, value);
  const win = padded(windowOf(call, weights.dims), x);
  const w: FilterShape = {
    out: weights.dims[0]!,
    in: x.c,
    kernel: win.kernel,
    groups: call.number('group', 1),
    transposed: false,
  };
  const layout = conv2dLayout(w, win);
  return {
    maps: [{ value, shape: x }],
    outputs: [float(conv2dShape('conv2d', x, w, win), value.dims.length)],
    tolerance:
      layout === 'winograd'
        ? WINOGRAD_TOLERANCE
        : sumTolerance((w.in / w.groups) * w.kernel[0] * w.kernel[1]),
    run: (engine, [map]) => [
      conv2d(
        engine,
        map!,
        uploadFilter(engine, Float32Array.from(weights.data), w, layout),
        bias && uploadVector(engine, Float32Array.from(bias.data), w.out),
        win,
      ),
    ],
  };
};

/** alpha A B + beta C: rows of A are images of one pixel, and B a 1x1 convolution. */
const gemm: Mapping = (call) => {
  call.ignore('broadcast'); // of C, said by its dims since opset 7
  if (call.number('transA', 0) === 1) throw new NotApplicable('Gemm that transposes its map');
  const value = call.map(0);
  const { dims, data } = call.numbers(1)!;
  const c = call.numbers(2);
  const transposed = call.number('transB', 0) === 1;
  const [alpha, beta] = [call.number('alpha', 1), call.number('beta', 1)];
  const [n = 0, k = 0] = value.dims;
  const out = dims[transposed ? 0 : 1]!;
  if (c && (c.data.length !== out || c.dims.at(-1) !== out))
    throw new NotApplicable('Gemm whose summand is no bias');
  const at = (o: number, i: number) => (transposed ? o * k + i : i * out + o);
  const weights = Float32Array.from(
    { length: out * k },
    (_, i) => alpha * data[at(Math.floor(i / k), i % k)]!,
  );
  const w: FilterShape = { out, in: k, kernel: [1, 1], groups: 1, transposed: false };
  return {
    maps: [{ value, shape: { n, c: k, h: 1, w: 1 } }],
    outputs: [{ type: 'float32', dims: [n, out] }],
    tolerance: sumTolerance(k),
    run: (engine, [map]) => [
      conv2d(
        engine,
        map!,
        uploadFilter(engine, weights, w, conv2dLayout(w, {})),
        c &&
          uploadVector(
            engine,
            Float32Array.from(c.data, (v) => beta * v),
            out,
          ),
      ),
    ],
  };
};

const convTranspose: Mapping = (call) => {
  const value = call.map(0);
  const weights = call.numbers(1)!;
  const bias = call.numbers(2);
  const x = mapOf(call, value);
  const groups = call.number('group', 1);
  const { same, ...win } = windowOf(call, weights.dims);
  const w: FilterShape = {
    out: weights.dims[1]! * groups,
    in: x.c,
    kernel: win.kernel,
    groups,
    transposed: true,
  };
  let outputPad = pairOf(call.list('output_padding') ?? [0], 0);
  let { pad } = win;
  const wanted = call.list('output_shape');
  if (wanted || same) {
    const size = wanted ? pairOf(wanted.slice(-2), 1) : [x.h * win.stride[0], x.w * win.stride[1]];
    const free = convTranspose2dShape('conv_transpose2d', x, w, { ...win, pad: 0, outputPad });
    const excess = [free.h - size[0]!, free.w - size[1]!] as const;
    pad = halves([Math.max(excess[0], 0), Math.max(excess[1], 0)], same ?? 'lower');
    outputPad = [outputPad[0] + Math.max(-excess[0], 0), outputPad[1] + Math.max(-excess[1], 0)];
  }
  const o = { ...win, pad, outputPad };
  const taps = Math.ceil(w.kernel[0] / win.stride[0]) * Math.ceil(w.kernel[1] / win.stride[1]);
  return {
    maps: [{ value, shape: x }],
    outputs: [float(convTranspose2dShape('conv_transpose2d', x, w, o), value.dims.length)],
    tolerance: sumTolerance((w.in / groups) * taps),
    run: (engine, [map]) => [
      convTranspose2d(
        engine,
        map!,
        uploadFilter(engine, Float32Array.from(weights.data), w, convTranspose2dLayout(w)),
        bias && uploadVector(engine, Float32Array.from(bias.data), w.out),
        o,
      ),
    ],
  };
};

/** ONNX drops a last window that would start beyond the image and its leading padding, as Caffe does. */
function poolOf(call: Call, x: Shape) {
  const ceil = call.number('ceil_mode', 0) === 1;
  return { ...padded(windowOf(call, null), x), ceil, clip: ceil };
}

const maxPoolStep: Mapping = (call) => {
  const value = call.map(0);
  const x = mapOf(call, value);
  const o = poolOf(call, x);
  const y = float(poolShape('max_pool', x, o), value.dims.length);
  const columns = call.number('storage_order', 0) === 1;
  const common = { maps: [{ value, shape: x }], tolerance: 0 };
  if (call.node.outputs.length === 1)
    return { ...common, outputs: [y], run: (engine, [map]) => [maxPool(engine, map!, o)] };
  return {
    ...common,
    outputs: [y, { ...y, type: 'int64' }],
    run(engine, [map]) {
      const { y, winner } = maxPoolIndex(engine, map!, o);
      return [y, winner];
    },
    // Ours count within a plane, ONNX over the whole array.
    finish([values, winners]) {
      const perPlane = winners!.length / (x.n * x.c);
      const flat = Array.from(winners!, (winner, i) => {
        const place = columns ? (winner % x.w) * x.h + Math.floor(winner / x.w) : winner;
        return Math.floor(i / perPlane) * x.h * x.w + place;
      });
      return [values!, flat];
    },
  };
};

const averagePool: Mapping = (call) => {
  const value = call.map(0);
  const x = mapOf(call, value);
  const o = { ...poolOf(call, x), countPad: call.number('count_include_pad', 0) === 1 };
  return {
    maps: [{ value, shape: x }],
    outputs: [float(poolShape('avg_pool', x, o), value.dims.length)],
    tolerance: sumTolerance(o.kernel[0] * o.kernel[1]),
    run: (engine, [map]) => [avgPool(engine, map!, o)],
  };
};

const overPlanes =
  (tolerance: (taps: number) => number, run: (x: Shape) => Step['run']): Mapping =>
  (call) => {
    const value = call.map(0);
    const x = mapOf(call, value);
    return {
      maps: [{ value, shape: x }],
      outputs: [float({ ...x, h: 1, w: 1 }, value.dims.length)],
      tolerance: tolerance(x.h * x.w),
      run: run(x),
    };
  };

export const windowMappings: readonly (readonly [string, Mapping])[] = [
  ['Conv', conv],
  ['Gemm', gemm],
  ['ConvTranspose', convTranspose],
  ['MaxPool', maxPoolStep],
  ['AveragePool', averagePool],
  [
    'GlobalAveragePool',
    overPlanes(sumTolerance, () => (engine, [x]) => [globalAvgPool(engine, x!)]),
  ],
  [
    'GlobalMaxPool',
    overPlanes(
      () => 0,
      ({ h, w }) =>
        (engine, [x]) => [maxPool(engine, x!, { kernel: [h, w] })],
    ),
  ],
];
