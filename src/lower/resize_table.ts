import { ShapeError } from '../errors.js';
import type { Pair } from '../shape.js';

/** Which source coordinate an output coordinate means, as ONNX Resize names the conventions. */
export type ResizeCoordinates =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_crop_and_resize';

/** The neighbour that stands in for a coordinate between two pixels. */
export type NearestRounding = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

/**
 * How a resize reads between pixels. Coordinates are `half_pixel` and rounding is `round_prefer_floor` by
 * default, as in ONNX.
 */
export interface Interpolation {
  readonly mode: 'nearest' | 'bilinear' | 'bicubic';
  readonly coordinates?: ResizeCoordinates;
  readonly rounding?: NearestRounding;
  /** Widen the filter where the map shrinks, so that every source pixel counts. */
  readonly antialias?: boolean;
  /** Coefficient a of the cubic filter; -0.75 by default. */
  readonly cubic?: number;
  /**
   * Top, left, bottom and right of what `tf_crop_and_resize` reads, where 1 is the last row or column; what
   * lies beyond the map is 0. The whole map by default.
   */
  readonly region?: readonly [top: number, left: number, bottom: number, right: number];
  /** Taps beyond the map weigh nothing and the others are scaled to sum to 1, instead of repeating the edge. */
  readonly excludeOutside?: boolean;
}

/** What one axis of a resize gathers: `taps` weights per output coordinate, from its first source index on. */
export interface ResizeTable {
  readonly first: Uint32Array;
  readonly taps: number;
  readonly weights: Float64Array;
}

/** An axis of `size` source pixels scaled by up / down to `out` pixels. */
export interface ResizeAxis {
  readonly size: number;
  readonly out: number;
  readonly up: number;
  readonly down: number;
  /** The ends of the region, where 1 is the last pixel. */
  readonly region?: Pair;
}

/** Largest denominator of a scale. */
const MOST_DOWN = 2 ** 20;

/**
 * The first continued fraction that rounds to a scale in f32: files keep 1/3 as 0.33333334, and a division by
 * that would fall short of whole pixels.
 */
export function scaleFraction(scale: number): readonly [up: number, down: number] {
  if (!(scale > 0 && scale < 2 ** 20)) throw new ShapeError(`resize: scale ${scale}, should be above 0`);
  let [up, down] = [Math.floor(scale), 1];
  let [previousUp, previousDown] = [1, 0];
  let rest = scale - up;
  while (Math.fround(up / down) !== Math.fround(scale) && rest > 0) {
    const next = Math.floor(1 / rest);
    rest = 1 / rest - next;
    [up, previousUp] = [next * up + previousUp, up];
    [down, previousDown] = [next * down + previousDown, down];
    if (down > MOST_DOWN)
      throw new ShapeError(`resize: scale ${scale}, should be a fraction below /${MOST_DOWN}`);
  }
  return [up, down];
}

/** The source coordinate of an output coordinate as a fraction of whole numbers. */
function source(axis: ResizeAxis, at: number, coordinates: ResizeCoordinates): readonly [number, number] {
  const { size, out, up, down } = axis;
  switch (coordinates) {
    case 'asymmetric':
      return [at * down, up];
    case 'align_corners': {
      const last = size * up - down; // of the output, times `down`
      return last > 0 ? [at * (size - 1) * down, last] : [0, 1];
    }
    case 'half_pixel_symmetric': {
      // The centres of map and output coincide, though size * up / down may be no whole number.
      return [size * up - out * down + (2 * at + 1) * down - up, 2 * up];
    }
    case 'pytorch_half_pixel':
      if (out === 1) return [0, 1];
      return [(2 * at + 1) * down - up, 2 * up];
    case 'tf_crop_and_resize': {
      const [start, end] = axis.region ?? [0, 1];
      if (out === 1) return [(start + end) * (size - 1), 2];
      return [(start * (out - 1) + at * (end - start)) * (size - 1), out - 1];
    }
    case 'half_pixel':
      return [(2 * at + 1) * down - up, 2 * up];
  }
}

function nearest(num: number, den: number, rounding: NearestRounding): number {
  switch (rounding) {
    case 'floor':
      return Math.floor(num / den);
    case 'ceil':
      return Math.ceil(num / den);
    case 'round_prefer_floor':
      return Math.ceil((2 * num - den) / (2 * den));
    case 'round_prefer_ceil':
      return Math.floor((2 * num + den) / (2 * den));
  }
}

const triangle = (t: number): number => Math.max(0, 1 - Math.abs(t));

/** The cubic convolution of Keys (1981) with coefficient a. */
function cubic(t: number, a: number): number {
  const d = Math.abs(t);
  if (d >= 2) return 0;
  return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

/** Source indices, beyond the map too, and weights that one output coordinate takes. */
function taps(axis: ResizeAxis, at: number, o: Interpolation): [index: number, weight: number][] {
  const [num, den] = source(axis, at, o.coordinates ?? 'half_pixel');
  if (o.coordinates === 'tf_crop_and_resize' && (num < 0 || num > (axis.size - 1) * den))
    return [[num < 0 ? 0 : axis.size - 1, 0]];
  if (o.mode === 'nearest') return [[nearest(num, den, o.rounding ?? 'round_prefer_floor'), 1]];
  const base = Math.floor(num / den);
  const ratio = (num - base * den) / den;
  const [up, down] = o.antialias && axis.up < axis.down ? [axis.up, axis.down] : [1, 1];
  const reach = Math.ceil(((o.mode === 'bilinear' ? 1 : 2) * down) / up);
  return Array.from({ length: 2 * reach }, (_, k) => {
    const i = k + 1 - reach;
    const t = ((i - ratio) * up) / down;
    return [base + i, o.mode === 'bilinear' ? triangle(t) : cubic(t, o.cubic ?? -0.75)];
  });
}

/** The source indices [from, to) that one output coordinate takes, beyond the map too. */
export function resizeReads(axis: ResizeAxis, at: number, o: Interpolation): readonly [number, number] {
  const indices = taps(axis, at, o).map(([i]) => i);
  return [Math.min(...indices), Math.max(...indices) + 1];
}

/**
 * The table of one axis, in float64 from whole numbers. Taps beyond the map fall on its edge, so that a
 * kernel never looks outside.
 */
export function resizeTable(axis: ResizeAxis, o: Interpolation): ResizeTable {
  const { size, out } = axis;
  const rows = Array.from({ length: out }, (_, at) => {
    const all = taps(axis, at, o);
    const inside = all.filter(([i]) => i >= 0 && i < size);
    const used = o.excludeOutside && inside.length > 0 ? inside : all;
    const sum = o.antialias || o.excludeOutside ? used.reduce((total, [, weight]) => total + weight, 0) : 1;
    const weights = new Map<number, number>();
    for (const [i, weight] of used) {
      const index = Math.min(Math.max(i, 0), size - 1);
      weights.set(index, (weights.get(index) ?? 0) + weight / sum);
    }
    return weights;
  });
  return packedTable(rows, size);
}

/** Weights by source index, for each output coordinate, as a table over `size` sources. */
export function packedTable(rows: readonly ReadonlyMap<number, number>[], size: number): ResizeTable {
  const ends = rows.map((row) => [Math.min(...row.keys()), Math.max(...row.keys())] as const);
  const taps = ends.reduce((widest, [first, last]) => Math.max(widest, last - first + 1), 1);
  const first = new Uint32Array(rows.length);
  const weights = new Float64Array(rows.length * taps);
  for (const [at, row] of rows.entries()) {
    first[at] = Math.min(ends[at]![0], size - taps);
    for (const [index, weight] of row) weights[at * taps + index - first[at]!] = weight;
  }
  return { first, taps, weights };
}

/**
 * The table of the way back, for each of `size` sources: which outputs took from it, and what. Sources of an
 * output never fall, so outputs of a source follow one another.
 */
export function transposedTable({ first, taps, weights }: ResizeTable, size: number): ResizeTable {
  const rows = Array.from({ length: size }, () => new Map<number, number>());
  for (const [at, from] of first.entries())
    for (let k = 0; k < taps; k++) rows[from + k]!.set(at, weights[at * taps + k]!);
  // A source that no output took from stands behind the one before it, with no weight.
  for (const [i, row] of rows.entries())
    if (row.size === 0) row.set(i === 0 ? 0 : Math.min(...rows[i - 1]!.keys()), 0);
  return packedTable(rows, first.length);
}
