// Maps, filters and paddings as TensorFlow.js has them.
import type { Padding, Shape } from '../src/shape.js';
import type { Tensor, Tf } from './tfjs.js';

/** A layer's call and the tensors that it keeps. */
export interface Call {
  run(x: Tensor): Tensor;
  readonly kept: readonly Tensor[];
  /** Whether what comes of it is a filter, [kh, kw, in, out], and no map. */
  readonly filter?: boolean;
}

/** It takes a number for all sides, or an explicit list. */
export const sides = ([top, left, bottom, right]: Padding) =>
  [left, bottom, right].every((v) => v === top)
    ? top
    : [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ];

/** Planar data [a, b, rows] with its axes as [rows, ...order of a and b]. */
export function lastAxes(data: Float32Array, a: number, b: number, swap: boolean): Float32Array {
  const rows = data.length / (a * b);
  const y = new Float32Array(data.length);
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++)
      for (let r = 0; r < rows; r++)
        y[r * a * b + (swap ? j * a + i : i * b + j)] = data[(i * b + j) * rows + r]!;
  return y;
}

/** Windows of channels [channels, 1, taps] as [channels, channels, taps], zero off the diagonal. */
export function onDiagonal(windows: Float32Array, channels: number): Float32Array {
  const taps = windows.length / channels;
  const y = new Float32Array(channels * windows.length);
  for (let c = 0; c < channels; c++)
    y.set(windows.subarray(c * taps, (c + 1) * taps), (c * channels + c) * taps);
  return y;
}

/** [N, C, H, W] to [N, H, W, C]. */
export function channelsLast(data: Float32Array, { n, c, h, w }: Shape): Float32Array {
  const y = new Float32Array(data.length);
  const image = c * h * w;
  for (let i = 0; i < n; i++)
    y.set(lastAxes(data.subarray(i * image, (i + 1) * image), c, 1, false), i * image);
  return y;
}

/** [N, H, W, C] to [N, C, H, W]. */
export const planar = (data: Float32Array, { n, c, h, w }: Shape): Float32Array =>
  channelsLast(data, { n, c: h * w, h: c, w: 1 });

/** Planar data as its tensor. */
export const mapOf = (tf: Tf, data: Float32Array, shape: Shape): Tensor =>
  tf.tensor(channelsLast(data, shape), [shape.n, shape.h, shape.w, shape.c]);
