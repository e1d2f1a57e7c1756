// Gradients by their definitions, in float64 over planar data; filters have one group.
import type { FilterShape } from '../../src/lower/filter.js';
import type { PoolOptions } from '../../src/lower/pool.js';
import { type Conv2dOptions, conv2dShape, conv2dWindow } from '../../src/ops/conv2d.js';
import type { Pair, Shape } from '../../src/shape.js';
import { softmax } from './channels.js';
import { convTranspose2d } from './conv_transpose2d.js';
import { conv2d } from './conv2d.js';
import { maxPool } from './max_pool.js';

type Values = ArrayLike<number>;

const range = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

/** Part `keep` of the second axis of [a, b, rest], which the first changes places with where it is `turned`. */
function second(data: Values, [a, b]: Pair, keep: readonly number[], turned: boolean): Float64Array {
  const rest = data.length / (a * b);
  const y = new Float64Array(a * keep.length * rest);
  for (let i = 0; i < a; i++)
    for (const [k, j] of keep.entries()) {
      const to = turned ? k * a + i : i * keep.length + k;
      for (let r = 0; r < rest; r++) y[to * rest + r] = data[(i * b + j) * rest + r]!;
    }
  return y;
}

/**
 * dx of a convolution: each pixel of dy adds its window of w to dx.
 * @param channels those of x whose gradient is asked for; all by default
 */
export function conv2dInputGradient(
  dy: Values,
  w: Values,
  xs: Shape,
  ws: FilterShape,
  o: Conv2dOptions,
  channels: readonly number[] = range(xs.c),
): Float64Array {
  const ys = conv2dShape('conv2d', xs, ws, o);
  const { kernel, stride, dilation, pad } = conv2dWindow(ws, o);
  // What the last window does not reach.
  const rest = (i: 0 | 1, x: number, y: number) =>
    x + pad[i] + pad[i + 2]! - stride[i] * (y - 1) - dilation[i] * (kernel[i] - 1) - 1;
  const filter = { in: ws.out, out: channels.length, kernel, groups: 1, transposed: true };
  return convTranspose2d(dy, ys, second(w, [ws.out, ws.in], channels, false), filter, null, {
    stride,
    dilation,
    pad,
    outputPad: [rest(0, xs.h, ys.h), rest(1, xs.w, ys.w)],
  });
}

/**
 * dw of a convolution: x convolved with dy, with stride and dilation in each other's place.
 * @param channels outputs whose filters' gradients are asked for; all by default
 */
export function conv2dFilterGradient(
  x: Values,
  dy: Values,
  xs: Shape,
  ws: FilterShape,
  o: Conv2dOptions,
  channels: readonly number[] = range(ws.out),
): Float64Array {
  const ys = conv2dShape('conv2d', xs, ws, o);
  const { kernel, stride, dilation, pad } = conv2dWindow(ws, o);
  const images = second(x, [xs.n, xs.c], range(xs.c), true);
  const filters = second(dy, [ys.n, ys.c], channels, true);
  const shape = { n: xs.c, c: xs.n, h: xs.h, w: xs.w };
  const filter = {
    in: xs.n,
    out: channels.length,
    kernel: [ys.h, ys.w] as const,
    groups: 1,
    transposed: false,
  };
  const window = { stride: dilation, dilation: stride, pad };
  const all = conv2dShape('conv2d', shape, filter, window);
  const y = conv2d(images, shape, filters, filter, null, window);
  const [kh, kw] = kernel;
  return Float64Array.from({ length: channels.length * ws.in * kh * kw }, (_, at) => {
    const [u, v] = [Math.floor(at / kw) % kh, at % kw];
    const i = Math.floor(at / (kh * kw)) % ws.in;
    const k = Math.floor(at / (kh * kw * ws.in));
    return y[((i * channels.length + k) * all.h + u) * all.w + v]!;
  });
}

/** dx of a max pool: each window gives its dy to the cell that won it. */
export function maxPoolGradient(x: Values, dy: Values, xs: Shape, o: PoolOptions): Float64Array {
  const { winner } = maxPool(x, xs, o);
  const area = xs.h * xs.w;
  const cells = winner.length / (xs.n * xs.c);
  const dx = new Float64Array(x.length);
  for (const [i, at] of winner.entries()) dx[Math.floor(i / cells) * area + at]! += dy[i]!;
  return dx;
}

/** The place in [N, C, H, W] of a pixel's channel. */
const place = ({ c, h, w }: Shape, pixel: number, channel: number): number =>
  (Math.floor(pixel / (h * w)) * c + channel) * h * w + (pixel % (h * w));

/** Sums over pixels whose label is not `ignore`: of -log softmax(x)[label], and of their number. */
export function softmaxLoss(x: Values, label: Values, xs: Shape, ignore: number): [number, number] {
  const logs = softmax(x, xs, true);
  let [loss, count] = [0, 0];
  for (let p = 0; p < label.length; p++) {
    if (label[p] === ignore) continue;
    loss -= logs[place(xs, p, label[p]!)]!;
    count++;
  }
  return [loss, count];
}

/** dx of the mean loss of those pixels. */
export function softmaxLossGradient(x: Values, label: Values, xs: Shape, ignore: number): Float64Array {
  const [, count] = softmaxLoss(x, label, xs, ignore);
  const p = softmax(x, xs, false);
  for (let pixel = 0; pixel < label.length; pixel++)
    for (let c = 0; c < xs.c; c++) {
      const at = place(xs, pixel, c);
      p[at] = label[pixel] === ignore ? 0 : (p[at]! - Number(label[pixel] === c)) / count;
    }
  return p;
}

/** Sums of a map over the pixels of all images, by channel. */
function sums(xs: Shape, value: (at: number, c: number) => number): Float64Array {
  const total = new Float64Array(xs.c);
  for (let pixel = 0; pixel < xs.n * xs.h * xs.w; pixel++)
    for (let c = 0; c < xs.c; c++) total[c]! += value(place(xs, pixel, c), c);
  return total;
}

/** Mean and variance over the pixels of all images, by channel. */
export function statistics(x: Values, xs: Shape): { mean: Float64Array; variance: Float64Array } {
  const pixels = xs.n * xs.h * xs.w;
  const mean = sums(xs, (at) => x[at]! / pixels);
  return { mean, variance: sums(xs, (at, c) => (x[at]! - mean[c]!) ** 2 / pixels) };
}

const channelOf = ({ c, h, w }: Shape, at: number): number => Math.floor(at / (h * w)) % c;

/** Values of mean 0 and variance 1 in each channel. */
function normal(x: Values, xs: Shape, epsilon: number): { values: Float64Array; deviation: Float64Array } {
  const { mean, variance } = statistics(x, xs);
  const deviation = variance.map((v) => Math.sqrt(v + epsilon));
  const values = Float64Array.from(x, (v, at) => {
    const c = channelOf(xs, at);
    return (v - mean[c]!) / deviation[c]!;
  });
  return { values, deviation };
}

/** A batch norm by the batch's own statistics. */
export const batchNorm = (x: Values, gamma: Values, beta: Values, xs: Shape, epsilon: number): Float64Array =>
  normal(x, xs, epsilon).values.map((v, at) => {
    const c = channelOf(xs, at);
    return v * gamma[c]! + beta[c]!;
  });

/** Its gradients, through the statistics too. */
export function batchNormGradient(x: Values, gamma: Values, dy: Values, xs: Shape, epsilon: number) {
  const { values, deviation } = normal(x, xs, epsilon);
  const pixels = xs.n * xs.h * xs.w;
  const dgamma = sums(xs, (at) => dy[at]! * values[at]!);
  const dbeta = sums(xs, (at) => dy[at]!);
  const dx = Float64Array.from(dy, (d, at) => {
    const c = channelOf(xs, at);
    return (gamma[c]! / deviation[c]!) * (d - (dbeta[c]! + values[at]! * dgamma[c]!) / pixels);
  });
  return { dx, dgamma, dbeta };
}
