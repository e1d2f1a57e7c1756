import { ShapeError } from './errors.js';
import { gcd } from './shape.js';

/**
 * Where a map lies over the image, along one axis: the centre of cell i is at `scale * i + shift` image
 * pixels, and the cell sees nothing outside the `field` pixels around it. Behind convolutions and pools every
 * cell sees all of them; behind an upsampling cells see parts, each another one. Exact, as strides and half
 * pixels are rational. Composition follows Caffe's coord_map; section 3.1 of the paper gives the rule for `field`.
 */
export interface AxisMap {
  readonly scale: Rational;
  readonly shift: Rational;
  readonly field: Rational;
}

/** Where a map lies along both axes. */
export type CoordMap = readonly [y: AxisMap, x: AxisMap];

/** num / den in lowest terms, den positive. */
export interface Rational {
  readonly num: number;
  readonly den: number;
}

/** num / den in lowest terms. @throws ShapeError where they are no safe integers, and so not exact. */
export function rational(num: number, den = 1): Rational {
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den))
    throw new ShapeError(`coords: a place of ${num} / ${den} pixels, should be of integers within 2^53`);
  const divisor = gcd(num, den) * Math.sign(den) || 1;
  return { num: num / divisor, den: den / divisor };
}

const add = (a: Rational, b: Rational): Rational => rational(a.num * b.den + b.num * a.den, a.den * b.den);
/** a b */
export const times = (a: Rational, b: Rational): Rational => rational(a.num * b.num, a.den * b.den);
const minus = (a: Rational): Rational => ({ num: -a.num, den: a.den });
/** a = b */
export const equal = (a: Rational, b: Rational): boolean => a.num === b.num && a.den === b.den;

/** The nearest float64. */
export const toNumber = (r: Rational): number => r.num / r.den;

/** The image itself. */
export const IDENTITY: AxisMap = { scale: rational(1), shift: rational(0), field: rational(1) };

/** The window of a convolution or a pool along one axis, in cells of its input. */
export interface AxisWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Leading padding, in input cells. */
  readonly pad: number;
}

/** Distance from a window's first cell to its centre, less the padding. */
const centre = (w: AxisWindow): Rational => add(rational(w.dilation * (w.kernel - 1), 2), rational(-w.pad));

/** After a convolution or pool. */
export const windowed = (m: AxisMap, w: AxisWindow): AxisMap => ({
  scale: times(m.scale, rational(w.stride)),
  shift: add(m.shift, times(m.scale, centre(w))),
  field: add(m.field, times(m.scale, rational(w.dilation * (w.kernel - 1)))),
});

/** After a transposed convolution: cells whose windows reach a cell lie within half a window of it. */
export function transposed(m: AxisMap, w: AxisWindow): AxisMap {
  const scale = times(m.scale, rational(1, w.stride));
  return {
    scale,
    shift: add(m.shift, minus(times(scale, centre(w)))),
    field: add(m.field, times(scale, rational(w.dilation * (w.kernel - 1)))),
  };
}

/** After cutting `offset` leading cells. */
export const cropped = (m: AxisMap, offset: number): AxisMap => ({
  ...m,
  shift: add(m.shift, times(m.scale, rational(offset))),
});

/** After a resize by a whole factor with half-pixel centres, each cell of so many cells of its input. */
export const enlarged = (m: AxisMap, factor: number, cells: number): AxisMap => ({
  scale: times(m.scale, rational(1, factor)),
  shift: add(m.shift, times(m.scale, rational(1 - factor, 2 * factor))),
  field: add(m.field, times(m.scale, rational(cells * factor - 1, factor))),
});

/** Whether two maps lie alike, whatever they see. */
export const aligned = (a: CoordMap, b: CoordMap): boolean =>
  [0, 1].every((i) => equal(a[i]!.scale, b[i]!.scale) && equal(a[i]!.shift, b[i]!.shift));

/** Where maps that lie alike meet: the larger of the fields. */
export const merged = (a: CoordMap, b: CoordMap): CoordMap =>
  [0, 1].map((i) => (toNumber(a[i]!.field) < toNumber(b[i]!.field) ? b[i]! : a[i]!)) as unknown as CoordMap;

/**
 * The leading cells to cut from `a` so that it lies over `b`.
 * @throws ShapeError where scales differ, or where the offset is negative or no whole number of cells.
 */
export function cropOffset(layer: string, a: CoordMap, b: CoordMap): readonly [y: number, x: number] {
  const axis = (i: 0 | 1): number => {
    const { scale, shift } = a[i];
    if (!equal(scale, b[i].scale))
      throw new ShapeError(
        `${layer}: cells of ${toNumber(scale)} px over cells of ${toNumber(b[i].scale)} px, should be of one size`,
      );
    const offset = times(add(b[i].shift, minus(shift)), rational(scale.den, scale.num));
    if (offset.den !== 1 || offset.num < 0)
      throw new ShapeError(
        `${layer}: crop offset ${toNumber(offset)}, should be a whole number of at least 0`,
      );
    return offset.num;
  };
  return [axis(0), axis(1)];
}
