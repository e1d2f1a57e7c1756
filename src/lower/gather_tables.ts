import { ShapeError } from '../errors.js';
import type { Shape } from '../shape.js';

/** Sizes of [n, c, h, w], or ends of their axes. */
export type Quad = readonly [n: number, c: number, h: number, w: number];

/** Cells added in front of and behind each axis; negative ones are cut. */
export interface PadOptions {
  readonly before: Quad;
  readonly after: Quad;
  /** What stands in the new cells: `value`, the edge, the map mirrored at its edge cells, or its other end. */
  readonly mode: 'constant' | 'edge' | 'reflect' | 'wrap';
  readonly value: number;
}

/** Python's `[start:end:step]` along one axis: negative places count from the end; no end is the end. */
export interface SliceOptions {
  readonly axis: keyof Shape;
  readonly start: number;
  readonly end: number | null;
  readonly step: number;
}

/** Indices of one axis, in the order in which they are wanted. */
export interface TakeOptions {
  readonly axis: keyof Shape;
  readonly indices: readonly number[];
}

/** Source index of each index of y, by axis; -1 is none. */
export interface GatherTables {
  readonly n: Int32Array;
  readonly c: Int32Array;
  readonly h: Int32Array;
  readonly w: Int32Array;
}

/** The order in which kernels take the tables. */
export const TABLE_AXES = ['n', 'c', 'h', 'w'] as const;

const count = (size: number, index = (i: number) => i): Int32Array =>
  Int32Array.from({ length: size }, (_, i) => index(i));

/** The same index on every axis but one. */
const onAxis = (x: Shape, axis: keyof Shape, table: Int32Array): GatherTables => ({
  n: count(x.n),
  c: count(x.c),
  h: count(x.h),
  w: count(x.w),
  [axis]: table,
});

/** A place off the map, put onto it. */
function landed(mode: PadOptions['mode'], at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return at < 0 ? 0 : size - 1;
  const period = mode === 'wrap' ? size : Math.max(1, 2 * (size - 1));
  const phase = ((at % period) + period) % period;
  return mode === 'wrap' ? phase : Math.min(phase, period - phase);
}

const MOST = 2 ** 24;

/** The map with its pads. */
export function padShape(op: string, x: Shape, o: PadOptions): Shape {
  const size = (i: number): number => {
    const found = x[TABLE_AXES[i]!] + o.before[i]! + o.after[i]!;
    if (!Number.isSafeInteger(found) || found < 1 || found > MOST)
      throw new ShapeError(`${op}: ${TABLE_AXES[i]} of ${found}, should be from 1 to ${MOST}`);
    return found;
  };
  return { n: size(0), c: size(1), h: size(2), w: size(3) };
}

/** Where a pad reads. */
export function padTables(op: string, x: Shape, o: PadOptions): GatherTables {
  const y = padShape(op, x, o);
  const table = (i: number) =>
    count(y[TABLE_AXES[i]!], (at) => landed(o.mode, at - o.before[i]!, x[TABLE_AXES[i]!]));
  return { n: table(0), c: table(1), h: table(2), w: table(3) };
}

function sliced(
  op: string,
  size: number,
  { start, end, step }: SliceOptions,
): { first: number; length: number } {
  if (!Number.isSafeInteger(step) || step === 0)
    throw new ShapeError(`${op}: step ${step}, should be an integer other than 0`);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
  const first = clamp(start);
  const last = end === null ? (step > 0 ? size : -1) : clamp(end);
  const length = Math.ceil((last - first) / step);
  if (!(length >= 1))
    throw new ShapeError(
      `${op}: from ${start} to ${end ?? 'the end'} by ${step} of ${size}, should leave something`,
    );
  return { first, length };
}

/** The map with one axis sliced. */
export const sliceShape = (op: string, x: Shape, o: SliceOptions): Shape => ({
  ...x,
  [o.axis]: sliced(op, x[o.axis], o).length,
});

/** Where a slice reads. */
export function sliceTables(op: string, x: Shape, o: SliceOptions): GatherTables {
  const { first, length } = sliced(op, x[o.axis], o);
  return onAxis(
    x,
    o.axis,
    count(length, (i) => first + i * o.step),
  );
}

/** The map with one axis taken index by index. */
export function takeShape(op: string, x: Shape, { axis, indices }: TakeOptions): Shape {
  if (indices.length === 0) throw new ShapeError(`${op}: no indices, should be at least one`);
  for (const i of indices)
    if (!Number.isSafeInteger(i) || i < 0 || i >= x[axis])
      throw new ShapeError(`${op}: index ${i} of ${axis}, should be from 0 to ${x[axis] - 1}`);
  return { ...x, [axis]: indices.length };
}

/** Where a take reads. */
export const takeTables = (x: Shape, { axis, indices }: TakeOptions): GatherTables =>
  onAxis(x, axis, Int32Array.from(indices));
