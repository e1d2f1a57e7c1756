import type { ElemType } from './dispatch.js';
import { ShapeError } from './errors.js';

/**
 * Size of a feature map. In memory a map is [n, h, w, ceil(c/4)] of vec4: channels last, in blocks of
 * four; the lanes beyond `c` hold finite values that no operator reads into a result.
 */
export interface Shape {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/** vec4 of so many channels. */
export const blocks = (channels: number): number => Math.ceil(channels / 4);
/** a / b, rounded up. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);
/** The next multiple of b, from a on. */
export const alignUp = (a: number, b: number): number => Math.ceil(a / b) * b;
/** The greatest common divisor of integers, of any sign: not negative. */
export const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** Bytes of one vec4 of elements. */
export const vec4Bytes = (elem: ElemType): number => (elem === 'f16' ? 8 : 16);

/** Bytes of a map in memory. */
export const tensorBytes = (s: Shape, elem: ElemType): number =>
  s.n * s.h * s.w * blocks(s.c) * vec4Bytes(elem);

/** Bytes of a buffer that holds so many. */
export const bufferBytes = (bytes: number): number => alignUp(Math.max(bytes, 16), 16);

/** "[n, c, h, w]", for messages. */
export const showShape = (s: Omit<Shape, 'c'> & { readonly c?: number }): string =>
  `[${[s.n, ...(s.c === undefined ? [] : [s.c]), s.h, s.w].join(', ')}]`;

/** Whether all four sizes agree. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.n === b.n && a.c === b.c && a.h === b.h && a.w === b.w;

/** Throws a ShapeError unless every size is a positive integer. */
export function checkShape(op: string, s: Shape): void {
  for (const axis of ['n', 'c', 'h', 'w'] as const) {
    if (!Number.isSafeInteger(s[axis]) || s[axis] < 1)
      throw new ShapeError(`${op}: size ${showShape(s)}, ${axis} should be a positive integer`);
  }
}

/** A value for each axis. */
export type Pair = readonly [y: number, x: number];
/** Rows above, columns left, rows below, columns right. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

/** A number for both axes, or one for each. */
export const pair = (v: number | Pair): Pair => (typeof v === 'number' ? [v, v] : v);

/** A number for all sides, one for each axis (both sides), or one for each side. */
export const padding = (v: number | Pair | Padding): Padding =>
  typeof v === 'number' ? [v, v, v, v] : v.length === 2 ? [v[0], v[1], v[0], v[1]] : v;

/** Window of a convolution or a pool. */
export interface Window {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pad: Padding;
}

/**
 * Output size along one axis of a sliding window, rounded down or up.
 * `clip` is Caffe's rule for padded pools: windows that start beyond the image and its leading padding are
 * dropped.
 */
export function windowSize(
  op: string,
  size: number,
  w: { kernel: number; stride: number; dilation: number; before: number; after: number },
  mode: { ceil: boolean; clip: boolean } = { ceil: false, clip: false },
): number {
  for (const [key, least] of [
    ['kernel', 1],
    ['stride', 1],
    ['dilation', 1],
  ] as const) {
    if (!Number.isSafeInteger(w[key]) || w[key] < least)
      throw new ShapeError(`${op}: ${key} ${w[key]}, should be an integer of at least ${least}`);
  }
  const extent = w.dilation * (w.kernel - 1) + 1;
  const padded = size + w.before + w.after;
  if (!Number.isSafeInteger(w.before) || !Number.isSafeInteger(w.after) || w.before < 0 || w.after < 0)
    throw new ShapeError(`${op}: padding ${w.before} and ${w.after}, should be integers of at least 0`);
  const steps = (padded - extent) / w.stride;
  const out = (mode.ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  // A pool that rounds up may have a window hanging over the edge, even its only one.
  if (out < 1)
    throw new ShapeError(
      `${op}: window of ${extent} on a padded map of ${padded}, should be at most ${padded}`,
    );
  return mode.clip ? Math.min(out, Math.ceil((size + w.before) / w.stride)) : out;
}

/** Output height and width of a sliding window. */
export function windowShape(
  op: string,
  x: { h: number; w: number },
  win: Window,
  mode?: { ceil: boolean; clip: boolean },
): { h: number; w: number } {
  const [top, left, bottom, right] = win.pad;
  const axis = (i: 0 | 1, before: number, after: number) => ({
    kernel: win.kernel[i],
    stride: win.stride[i],
    dilation: win.dilation[i],
    before,
    after,
  });
  return {
    h: windowSize(op, x.h, axis(0, top, bottom), mode),
    w: windowSize(op, x.w, axis(1, left, right), mode),
  };
}
