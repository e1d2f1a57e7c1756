import { ShapeError } from '../errors.js';
import { gcd, type Padding, type Pair, padding, pair, type Shape, type Window } from '../shape.js';
import { type Crop, cropShape } from './crop.js';

/** Where the window of a transposed convolution goes. */
export interface TransposedOptions {
  readonly stride?: number | Pair;
  readonly dilation?: number | Pair;
  /** Rows and columns taken off the output. */
  readonly pad?: number | Pair | Padding;
  /** Rows and columns added below and on the right of the output. */
  readonly outputPad?: number | Pair;
  /** Compute only this window of the output: Caffe's Deconvolution followed by its Crop. */
  readonly crop?: Crop;
}

/**
 * Output pixel `o` and tap `u` of the window meet at input pixel (o + origin - u * dilation) / stride, where
 * that is whole and on the map: `origin` is padding plus crop offset.
 */
export interface Transposed extends Omit<Window, 'pad'> {
  readonly origin: Pair;
}

/** The window of a transposed convolution, with defaults filled in. */
export function transposedWindow(kernel: Pair, o: TransposedOptions): Transposed {
  const [top, left] = padding(o.pad ?? 0);
  const offset = pair(o.crop?.offset ?? 0);
  const origin: Pair = [top + offset[0], left + offset[1]];
  return { kernel, stride: pair(o.stride ?? 1), dilation: pair(o.dilation ?? 1), origin };
}

/** Size of the output, `channels` deep. */
export function transposedShape(
  op: string,
  x: Shape,
  channels: number,
  kernel: Pair,
  o: TransposedOptions,
): Shape {
  const { stride, dilation } = transposedWindow(kernel, o);
  const pad = padding(o.pad ?? 0);
  const more = pair(o.outputPad ?? 0);
  const axis = (i: 0 | 1, size: number): number => {
    for (const [what, value, least] of [
      ['kernel', kernel[i], 1],
      ['stride', stride[i], 1],
      ['dilation', dilation[i], 1],
      ['padding', pad[i], 0],
      ['padding', pad[i + 2]!, 0],
      ['output padding', more[i], 0],
    ] as const) {
      if (!Number.isSafeInteger(value) || value < least)
        throw new ShapeError(`${op}: ${what} ${value}, should be an integer of at least ${least}`);
    }
    const full = stride[i] * (size - 1) + dilation[i] * (kernel[i] - 1) + 1 + more[i];
    const taken = pad[i] + pad[i + 2]!;
    if (taken >= full)
      throw new ShapeError(
        `${op}: padding of ${taken} on an output of ${full}, should be at most ${full - 1}`,
      );
    return full - taken;
  };
  const whole: Shape = { n: x.n, c: channels, h: axis(0, x.h), w: axis(1, x.w) };
  return o.crop ? cropShape(op, whole, o.crop) : whole;
}

/** The input rows that output rows [from, to) meet, at least one and on the map. */
export const transposedRows =
  (size: number, t: Transposed) =>
  (from: number, to: number): readonly [number, number] => {
    const reach = (t.kernel[0] - 1) * t.dilation[0];
    const first = Math.ceil((from + t.origin[0] - reach) / t.stride[0]);
    const last = Math.floor((to - 1 + t.origin[0]) / t.stride[0]);
    const begin = Math.min(Math.max(first, 0), size - 1);
    return [begin, Math.max(Math.min(last + 1, size), begin + 1)];
  };

/**
 * The taps of a window that meet an output pixel, along one axis. With g = gcd(stride, dilation) and
 * p = o + origin, tap u meets a whole input pixel where u * dilation = p (mod stride): nowhere unless g
 * divides p, else at u = p/g * inverse (mod step), step = stride/g, and every `step` taps on, each `jump` =
 * dilation/g input pixels back.
 */
export function phaseTaps(stride: number, dilation: number) {
  const common = gcd(stride, dilation);
  const step = stride / common;
  const jump = dilation / common;
  let inverse = 0;
  while ((inverse * jump) % step !== 1 % step) inverse++;
  return { step, jump, inverse };
}

/** The fields of the part transposed_taps.wgsl. */
export function transposedParams(t: Transposed) {
  const y = phaseTaps(t.stride[0], t.dilation[0]);
  const x = phaseTaps(t.stride[1], t.dilation[1]);
  return {
    kernel_h: t.kernel[0],
    kernel_w: t.kernel[1],
    stride_h: t.stride[0],
    stride_w: t.stride[1],
    dilation_h: t.dilation[0],
    dilation_w: t.dilation[1],
    origin_y: t.origin[0],
    origin_x: t.origin[1],
    step_h: y.step,
    step_w: x.step,
    jump_h: y.jump,
    jump_w: x.jump,
    inverse_h: y.inverse,
    inverse_w: x.inverse,
  };
}
