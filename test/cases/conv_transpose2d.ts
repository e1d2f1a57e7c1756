import { uploadFilter } from '../../src/engine/filter.js';
import { convTranspose2d, convTranspose2dBilinear } from '../../src/engine/operators.js';
import { empty, free, upload, uploadVector } from '../../src/engine/tensor.js';
import { bilinearFilter } from '../../src/lower/bilinear.js';
import { type FilterShape, tileVec4 } from '../../src/lower/filter.js';
import { phaseTaps } from '../../src/lower/transposed.js';
import {
  type ConvTranspose2dOptions,
  convTranspose2dFlops,
  convTranspose2dLayout,
  convTranspose2dShape,
} from '../../src/ops/conv_transpose2d.js';
import {
  type BilinearOptions,
  convTranspose2dBilinear as bilinearDispatches,
  bilinearShape,
} from '../../src/ops/conv_transpose2d_bilinear.js';
import { type Pair, pair, type Shape, tensorBytes } from '../../src/shape.js';
import { argmax } from '../reference/channels.js';
import { convTranspose2d as reference } from '../reference/conv_transpose2d.js';
import { type Case, type Launch, product, sumTolerance } from './case.js';
import { cropped } from './crop.js';
import { lowered } from './maps.js';

type Size = readonly [n: number, c: number, h: number, w: number];

/** The most taps of the window that meet one output pixel. */
function mostTaps(kernel: Pair, o: ConvTranspose2dOptions): number {
  const stride = pair(o.stride ?? 1);
  const dilation = pair(o.dilation ?? 1);
  const axis = (i: 0 | 1) => Math.ceil(kernel[i] / phaseTaps(stride[i], dilation[i]).step);
  return axis(0) * axis(1);
}

export function transposed(
  name: string,
  [n, c, h, w]: Size,
  out: number,
  kernel: Pair,
  o: ConvTranspose2dOptions & { groups?: number; bias?: boolean } = {},
): Case {
  const { groups = 1, bias = false, ...options } = o;
  const xs: Shape = { n, c, h, w };
  const ws: FilterShape = { out, in: c, kernel, groups, transposed: true };
  const ys = convTranspose2dShape('conv_transpose2d', xs, ws, options);
  const layout = convTranspose2dLayout(ws);
  const inputs: Record<string, number[]> = { x: [n, c, h, w], w: [c, out / groups, ...kernel] };
  if (bias) inputs.b = [out];
  return {
    name: `conv_transpose2d: ${name}`,
    op: 'conv_transpose2d',
    inputs,
    tolerance: sumTolerance((c / groups) * mostTaps(kernel, options)),
    flops: convTranspose2dFlops(ys, ws, options),
    bytes:
      4 * (Object.values(inputs).reduce((sum, dims) => sum + product(dims), 0) + ys.n * ys.c * ys.h * ys.w),
    // Whatever the limit, a tile of the filter has to fit a binding.
    splits: ys.n * ys.h >= 3 && tensorBytes(ys, 'f32') > 16 * tileVec4(ws, layout),
    layer: { op: 'conv_transpose2d', x: xs, y: ys, w: ws, options },
    gradient: {
      kinks: options.relu ?? false,
      slow: convTranspose2dFlops(ys, ws, options) > 2e7,
      add(g, { x, w, b }) {
        const { crop, ...window } = options;
        const attrs = { filter: ws, options: window, bias };
        const y = g.add('conv_transpose2d_given', 'y', [x!, w!, ...(b ? [b] : [])], attrs);
        return crop ? cropped(g, y, crop) : y;
      },
    },
    reference: (data) => [reference(data.x!, xs, data.w!, ws, data.b ?? null, options)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const filter = uploadFilter(engine, data.w!, ws, layout, elem, 'w');
      const b = data.b ? uploadVector(engine, data.b, out) : null;
      const y = empty(engine, ys, elem, 'y');
      return {
        outputs: [y],
        run: (on) => void convTranspose2d(on, x, filter, b, options, y),
        free: () => {
          free(x, filter, y);
          b?.buffer.destroy();
        },
      };
    },
  };
}

/** The fixed filter of an upsampling, as a depthwise transposed convolution has it. */
export function bilinearWeights(c: number, kernel: Pair): Float64Array {
  const [rows, columns] = [bilinearFilter(kernel[0]), bilinearFilter(kernel[1])];
  const window = [...rows].flatMap((a) => [...columns].map((b) => a * b));
  return Float64Array.from({ length: c * window.length }, (_, i) => window[i % window.length]!);
}

export function bilinear(name: string, [n, c, h, w]: Size, o: BilinearOptions): Case {
  const xs: Shape = { n, c, h, w };
  const ys = bilinearShape('conv_transpose2d_bilinear', xs, o);
  const kernel = pair(o.kernel);
  const ws: FilterShape = { out: c, in: c, kernel, groups: c, transposed: true };
  const taps = mostTaps(kernel, o);
  const filter = () => bilinearWeights(c, kernel);
  return {
    name: `conv_transpose2d_bilinear: ${name}`,
    op: 'conv_transpose2d_bilinear',
    inputs: { x: [n, c, h, w] },
    tolerance: sumTolerance(taps),
    flops: 2 * ys.n * ys.c * ys.h * ys.w * taps,
    bytes: 4 * (n * c * h * w + ys.n * ys.c * ys.h * ys.w),
    splits: ys.n * ys.h >= 3,
    layer: {
      op: 'conv_transpose2d',
      x: xs,
      y: ys,
      w: ws,
      options: o,
      filter: () => Float32Array.from(filter()),
    },
    gradient: {
      add(g, { x }) {
        const { crop, ...window } = o;
        const y = g.upsample('y', x!, window);
        return crop ? cropped(g, y, crop) : y;
      },
    },
    reference: (data) => [reference(data.x!, xs, filter(), ws, null, o)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void convTranspose2dBilinear(on, x, o, y), free: () => free(x, y) };
    },
  };
}

/** Labels of scores that are few whole numbers, which tie often and are exact when upsampled by strides of powers of 2. */
function labels(name: string, [n, c, h, w]: Size, o: BilinearOptions): Case {
  const op = 'conv_transpose2d_bilinear_argmax';
  const xs: Shape = { n, c, h, w };
  const scores = bilinearShape(op, xs, o);
  const kernel = pair(o.kernel);
  const ws: FilterShape = { out: c, in: c, kernel, groups: c, transposed: true };
  const taps = mostTaps(kernel, o);
  const whole = (x: Float32Array) => x.map((v) => Math.round(2 * v));
  return {
    name: `${op}: ${name}`,
    op,
    inputs: { x: [n, c, h, w] },
    tolerance: 0,
    flops: 2 * scores.n * scores.c * scores.h * scores.w * taps,
    bytes: 4 * (n * c * h * w + scores.n * scores.h * scores.w),
    splits: scores.n * scores.h >= 3,
    reference: (data) => [
      argmax(reference(whole(data.x!), xs, bilinearWeights(c, kernel), ws, null, o), scores),
    ],
    launch(engine, data, elem) {
      const x = upload(engine, whole(data.x!), xs, elem, 'x');
      const y = empty(engine, { ...scores, c: 1 }, elem, 'y');
      const run: Launch['run'] = (on) =>
        lowered(on, op, y, (ctx) => bilinearDispatches(ctx, { x, y }, { ...o, labels: true }));
      return { outputs: [y], run, free: () => free(x, y) };
    },
  };
}

export const convTranspose2dCases: readonly Case[] = [
  transposed('4x4 by 2, as a learned upscore2', [1, 21, 32, 32], 21, [4, 4], { stride: 2 }),
  transposed('64x64 by 32, as a dense upscore', [1, 21, 8, 8], 21, [64, 64], { stride: 32 }),
  transposed('16x16 by 8 of which only a crop is computed', [1, 21, 18, 19], 21, [16, 16], {
    stride: 8,
    crop: { offset: 31, size: [112, 117] },
  }),
  transposed('2x2 by 2 with bias and ReLU, as U-Net', [2, 64, 9, 11], 32, [2, 2], {
    stride: 2,
    bias: true,
    relu: true,
  }),
  transposed('3x3 by 1', [1, 16, 20, 23], 16, [3, 3]),
  transposed('3x3 by 2 with output padding', [1, 16, 17, 20], 8, [3, 3], { stride: 2, pad: 1, outputPad: 1 }),
  transposed('5x5 by 3, channels that fill no block', [2, 7, 8, 9], 5, [5, 5], {
    stride: 3,
    pad: 2,
    outputPad: 2,
  }),
  transposed('a window smaller than the stride leaves the bias', [1, 8, 5, 6], 12, [2, 1], {
    stride: 3,
    bias: true,
  }),
  transposed('dilation and stride with a common factor', [1, 8, 7, 8], 20, [3, 4], {
    stride: [4, 2],
    dilation: [6, 2],
    bias: true,
  }),
  transposed('window, stride, dilation and padding unlike on each side', [2, 6, 7, 9], 9, [3, 5], {
    stride: [3, 2],
    dilation: [2, 3],
    pad: [1, 0, 2, 3],
    outputPad: [2, 0],
  }),
  transposed('groups whose tiles are not full', [2, 24, 6, 7], 60, [4, 4], { stride: 2, pad: 1, groups: 3 }),
  transposed('groups of odd sizes', [1, 9, 7, 8], 6, [3, 3], {
    stride: 2,
    dilation: 2,
    pad: 1,
    groups: 3,
    bias: true,
    relu: true,
  }),
  transposed('depthwise 16x16 by 8', [1, 21, 6, 7], 21, [16, 16], { stride: 8, groups: 21 }),
  transposed('one pixel in', [3, 5, 1, 1], 4, [3, 3], { bias: true }),
  bilinear('4x4 by 2, as upscore2', [1, 21, 16, 17], { kernel: 4, stride: 2 }),
  bilinear('16x16 by 8 cropped, as score of FCN-8s', [1, 21, 38, 31], {
    kernel: 16,
    stride: 8,
    crop: { offset: 31, size: [224, 167] },
  }),
  bilinear('63x63 by 32, as upscore of FCN-AlexNet', [2, 5, 4, 3], { kernel: 63, stride: 32 }),
  bilinear('a window wider than two strides, unlike on each side', [1, 6, 8, 9], {
    kernel: [7, 4],
    stride: [2, 3],
    pad: [1, 0, 2, 1],
    outputPad: [1, 2],
  }),
  bilinear('windows apart, with pixels between that none meets', [2, 6, 5, 7], {
    kernel: [2, 3],
    stride: [5, 4],
    pad: [1, 0, 0, 2],
    outputPad: [3, 1],
  }),
  bilinear('3x6 by 2 and 3 of a single column', [2, 4, 3, 1], { kernel: [3, 6], stride: [2, 3] }),
  bilinear('4x4 by 2 cropped by 1, where a run meets four columns', [1, 5, 6, 9], {
    kernel: 4,
    stride: 2,
    crop: { offset: 1, size: [11, 17] },
  }),
  labels('16x16 by 8 cropped, as score of FCN-8s', [1, 21, 18, 15], {
    kernel: 16,
    stride: 8,
    crop: { offset: 31, size: [77, 58] },
  }),
  labels('63x63 by 32, channels that fill no block', [2, 5, 4, 3], { kernel: 63, stride: 32 }),
  labels('one channel', [2, 1, 9, 40], { kernel: 4, stride: 2 }),
];
