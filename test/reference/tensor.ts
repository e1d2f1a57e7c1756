import type { PadOptions, SliceOptions, TakeOptions } from '../../src/lower/gather_tables.js';
import type { GridSampleOptions } from '../../src/ops/grid_sample.js';
import type { RearrangeOptions } from '../../src/ops/rearrange.js';
import type { Shape } from '../../src/shape.js';
import { at, fill, type Planar } from './arithmetic.js';

const AXES = ['n', 'c', 'h', 'w'] as const;

/** Elements in another order, digit by digit. */
export function rearrange(x: Planar, { digits, offset, from, to }: RearrangeOptions): Float64Array {
  const each = to.c * to.h * to.w * (to.n ?? 1);
  const images = from.n === null ? x.shape.n : 1;
  return Float64Array.from({ length: images * each }, (_, i) => {
    const image = Math.floor(i / each);
    let [rest, place] = [i % each, offset];
    for (const { size, stride } of digits.toReversed()) {
      place += (rest % size) * stride;
      rest = Math.floor(rest / size);
    }
    return x.data[image * from.c * from.h * from.w + place]!;
  });
}

/** Cells added or cut at each end of each axis. */
export const pad = (x: Planar, o: PadOptions, y: Shape): Float64Array =>
  fill(y, (i) => {
    const from = { ...i };
    for (const [k, axis] of AXES.entries()) {
      const size = x.shape[axis];
      let place = i[axis] - o.before[k]!;
      if (o.mode === 'constant' && (place < 0 || place >= size)) return o.value;
      if (o.mode === 'edge') place = Math.min(Math.max(place, 0), size - 1);
      if (o.mode === 'wrap') place = ((place % size) + size) % size;
      if (o.mode === 'reflect')
        while (place < 0 || place >= size)
          place = size === 1 ? 0 : place < 0 ? -place : 2 * (size - 1) - place;
      from[axis] = place;
    }
    return x.data[at(x.shape, from)]!;
  });

/** Every step-th cell of one axis. */
export function slice(x: Planar, { axis, start, end, step }: SliceOptions, y: Shape): Float64Array {
  const all = Array.from({ length: x.shape[axis] }, (_, i) => i);
  const place = (v: number) => (v < 0 ? v + all.length : v);
  const first = place(start);
  const last = end === null ? (step > 0 ? all.length : -1) : place(end);
  const taken: number[] = [];
  const low = step > 0 ? Math.max(first, 0) : Math.min(first, all.length - 1);
  for (let i = low; step > 0 ? i < Math.min(last, all.length) : i > Math.max(last, -1); i += step)
    taken.push(i);
  return take(x, { axis, indices: taken }, y);
}

/** Chosen cells of one axis. */
export const take = (x: Planar, { axis, indices }: TakeOptions, y: Shape): Float64Array =>
  fill(y, (i) => x.data[at(x.shape, { ...i, [axis]: indices[i[axis]]! })]!);

/** y[n, j, h, i] = sum over k of a[n, k, h, i] * b[n, k, h, j]. */
export const matmul = (a: Planar, b: Planar, y: Shape): Float64Array =>
  fill(y, (i) => {
    let sum = 0;
    for (let k = 0; k < a.shape.c; k++)
      sum += a.data[at(a.shape, { ...i, c: k })]! * b.data[at(b.shape, { ...i, c: k, w: i.c })]!;
    return sum;
  });

/** x at its positions over all of y, 0 elsewhere. */
export function maxUnpool(x: Planar, positions: Planar, y: Shape): Float64Array {
  const made = fill(y, () => 0);
  for (const [i, position] of Array.from(positions.data).entries()) made[position] = x.data[i]!;
  return made;
}

/** Maps after one another along an axis. */
export const concat = (xs: readonly Planar[], axis: keyof Shape, y: Shape): Float64Array =>
  fill(y, (i) => {
    let place = i[axis];
    for (const x of xs) {
      if (place < x.shape[axis]) return x.data[at(x.shape, { ...i, [axis]: place })]!;
      place -= x.shape[axis];
    }
    return Number.NaN;
  });

/** Keys (1981) with a = -0.75. */
function keys(distance: number): number {
  const [a, d] = [-0.75, Math.abs(distance)];
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
}

/** ONNX GridSample over planar data; grid [n, 2, h, w] of columns and rows. */
export function gridSample(x: Planar, grid: Planar, o: GridSampleOptions, y: Shape): Float64Array {
  const pixel = (v: number, size: number) =>
    o.alignCorners ? ((v + 1) / 2) * (size - 1) : ((v + 1) * size - 1) / 2;
  const [low, high] = o.alignCorners ? [0, -1] : [-0.5, -0.5];
  const inside = (v: number, size: number) => {
    if (o.padding === 'border') return Math.min(Math.max(v, 0), size - 1);
    if (o.padding === 'zeros') return v;
    const span = size + high - low;
    if (span <= 0) return 0;
    const turn = (((v - low) % (2 * span)) + 2 * span) % (2 * span);
    return Math.min(Math.max(low + Math.min(turn, 2 * span - turn), 0), size - 1);
  };
  return fill(y, (i) => {
    const place = (c: number, size: number) => pixel(grid.data[at(grid.shape, { ...i, c })]!, size);
    const [column, row] = [place(0, x.shape.w), place(1, x.shape.h)];
    const read = (r: number, c: number) => {
      const [h, w] = [inside(r, x.shape.h), inside(c, x.shape.w)];
      const off = h < 0 || h >= x.shape.h || w < 0 || w >= x.shape.w;
      return off ? 0 : x.data[at(x.shape, { ...i, h: Math.trunc(h), w: Math.trunc(w) })]!;
    };
    if (o.mode === 'nearest') {
      const even = (v: number) => (v - Math.floor(v) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));
      return read(even(inside(row, x.shape.h)), even(inside(column, x.shape.w)));
    }
    const cubic = o.mode === 'cubic';
    const [r, c] = cubic ? [row, column] : [inside(row, x.shape.h), inside(column, x.shape.w)];
    const weight = cubic ? keys : (d: number) => Math.max(0, 1 - Math.abs(d));
    let sum = 0;
    for (let dy = -1; dy <= 2; dy++)
      for (let dx = -1; dx <= 2; dx++) {
        const [v, u] = [Math.floor(r) + dy, Math.floor(c) + dx];
        sum += weight(r - v) * weight(c - u) * read(v, u);
      }
    return sum;
  });
}
