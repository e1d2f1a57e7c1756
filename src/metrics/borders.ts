import { ShapeError } from '../errors.js';
import {
  addConfusion,
  type Confusion,
  type CountOptions,
  checkLabels,
  countLabels,
  emptyConfusion,
} from './confusion.js';
import { definedMean } from './scores.js';

/** Pixels; maps are h * w labels in rows. */
export interface MapSize {
  readonly h: number;
  readonly w: number;
}

/**
 * How far each pixel is from the nearest one of another label, in steps to any of 8 neighbours: 1 at a border.
 * Two sweeps are exact: all neighbours of a pixel that is not at a border have its label, so its distance
 * is one more than the least of theirs.
 * @param frame whether what lies outside the map counts as another label.
 */
export function borderDistance(labels: ArrayLike<number>, { h, w }: MapSize, frame = false): Uint32Array {
  if (labels.length !== h * w)
    throw new ShapeError(`border: ${labels.length} labels, should be ${h * w} for ${h} x ${w} pixels`);
  const far = h + w;
  const distance = new Uint32Array(h * w).fill(far);
  const sweep = (backwards: boolean) => {
    for (let i = 0; i < h * w; i++) {
      const pixel = backwards ? h * w - 1 - i : i;
      const [y, x] = [Math.floor(pixel / w), pixel % w];
      let least = distance[pixel]!;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const inside = y + dy >= 0 && y + dy < h && x + dx >= 0 && x + dx < w;
          const other = pixel + dy * w + dx;
          if (inside ? labels[other] !== labels[pixel] : frame) least = 1;
          else if (inside) least = Math.min(least, distance[other]! + 1);
        }
      distance[pixel] = least;
    }
  };
  sweep(false);
  sweep(true);
  return distance;
}

/** Widths of the paper's follow-ups, in pixels. */
export const TRIMAP_WIDTHS: readonly number[] = Array.from({ length: 40 }, (_, i) => i + 1);

/**
 * Confusion counts within bands around the borders of the truth, one for each width: the pixels at most so many
 * steps from another label, on either side (Kohli, Ladicky and Torr 2009). Ignored pixels are borders and
 * count nowhere. Counts of several images are added by `addConfusion`.
 */
export function trimapConfusions(
  truth: ArrayLike<number>,
  labels: ArrayLike<number>,
  size: MapSize,
  {
    classes,
    widths = TRIMAP_WIDTHS,
    ...options
  }: CountOptions & { classes: number; widths?: readonly number[] },
): Confusion[] {
  const distance = borderDistance(truth, size);
  let [inner, sum] = [0, emptyConfusion(classes)];
  const order = [...widths.keys()].sort((a, b) => widths[a]! - widths[b]!);
  const bands: Confusion[] = [];
  for (const i of order) {
    const from = inner;
    const next = emptyConfusion(classes);
    addConfusion(next, sum);
    countLabels(
      next,
      truth,
      labels,
      options,
      (pixel) => distance[pixel]! > from && distance[pixel]! <= widths[i]!,
    );
    [inner, sum] = [widths[i]!, next];
    bands[i] = next;
  }
  return bands;
}

/** Pixels at borders by class. */
export interface BoundaryCounts {
  readonly intersection: Float64Array;
  readonly union: Float64Array;
}

export const emptyBoundaryCounts = (classes: number): BoundaryCounts => ({
  intersection: new Float64Array(classes),
  union: new Float64Array(classes),
});

/** Share of the diagonal that is border. */
const BOUNDARY_SHARE = 0.02;

/**
 * Adds the counts of boundary IoU (Cheng, Girshick, Dollar, Berg and Kirillov 2021): a class's pixels within
 * round(2% of the diagonal) steps, at least 1, of its edge, the image's frame included, in truth and in
 * prediction. Pixels that the truth ignores are outside of every class in both.
 */
export function countBoundaries(
  into: BoundaryCounts,
  truth: ArrayLike<number>,
  labels: ArrayLike<number>,
  size: MapSize,
  { ignore = null }: CountOptions = {},
): void {
  checkLabels('boundary', truth, labels);
  const classes = into.union.length;
  const isClass = (label: number) => label >= 0 && label < classes && label !== ignore;
  const void_ = -1;
  const wanted = Int32Array.from(truth, (label) => (isClass(label) ? label : void_));
  const found = Int32Array.from(labels, (label, i) => (wanted[i] === void_ ? void_ : label));
  const width = Math.max(1, Math.round(BOUNDARY_SHARE * Math.hypot(size.h, size.w)));
  const [around, aroundFound] = [borderDistance(wanted, size, true), borderDistance(found, size, true)];
  for (const [pixel, label] of wanted.entries()) {
    if (label === void_) continue;
    const [inTruth, inFound] = [around[pixel]! <= width, aroundFound[pixel]! <= width];
    const other = found[pixel]!;
    if (!(other >= 0 && other < classes))
      throw new ShapeError(`boundary: label ${other} at pixel ${pixel}, should be below ${classes}`);
    const both = inTruth && inFound && other === label;
    if (both) into.intersection[label]!++;
    if (inTruth) into.union[label]!++;
    if (inFound && !both) into.union[other]!++;
  }
}

/** Boundary IU of each class, null where neither has a border, and their mean. */
export function boundaryIU({ intersection, union }: BoundaryCounts): {
  readonly mean: number | null;
  readonly perClass: readonly (number | null)[];
} {
  const perClass = Array.from(union, (total, label) => (total > 0 ? intersection[label]! / total : null));
  return { mean: definedMean(perClass), perClass };
}
