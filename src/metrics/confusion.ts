import { ShapeError } from '../errors.js';

/** Pixels by truth and prediction: `counts[truth * classes + label]`, exact below 2^53. */
export interface Confusion {
  readonly classes: number;
  readonly counts: Float64Array;
}

/** Which pixels count. */
export interface CountOptions {
  /** A label of the truth that counts nowhere, even if it names a class. Labels beyond the classes never count. */
  readonly ignore?: number | null;
}

/** Counts of no pixels yet. */
export function emptyConfusion(classes: number): Confusion {
  if (!Number.isSafeInteger(classes) || classes < 1)
    throw new ShapeError(`confusion: ${classes} classes, should be a positive integer`);
  return { classes, counts: new Float64Array(classes * classes) };
}

/** Throws unless there is one predicted label for each label of the truth. */
export function checkLabels(op: string, truth: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (truth.length !== labels.length)
    throw new ShapeError(`${op}: ${labels.length} labels, should be ${truth.length} as in the truth`);
}

/**
 * Adds the pixels of an image, as `fast_hist` of the paper's score.py: those whose truth is a class and is
 * not ignored. Whole splits are counted together; scores of single images are not averaged.
 * @param where counts only pixels for which it holds.
 * @throws ShapeError for a predicted label that is no class.
 */
export function countLabels(
  into: Confusion,
  truth: ArrayLike<number>,
  labels: ArrayLike<number>,
  { ignore = null }: CountOptions = {},
  where?: (pixel: number) => boolean,
): void {
  checkLabels('confusion', truth, labels);
  const { classes, counts } = into;
  for (let pixel = 0; pixel < truth.length; pixel++) {
    const wanted = truth[pixel]!;
    if (!(wanted >= 0 && wanted < classes) || wanted === ignore || where?.(pixel) === false) continue;
    const label = labels[pixel]!;
    if (!(label >= 0 && label < classes))
      throw new ShapeError(`confusion: label ${label} at pixel ${pixel}, should be below ${classes}`);
    counts[wanted * classes + label]!++;
  }
}

/** Adds counts of other pixels. */
export function addConfusion(into: Confusion, other: Confusion): void {
  if (into.classes !== other.classes)
    throw new ShapeError(`confusion: counts of ${other.classes} classes, should be of ${into.classes}`);
  for (const [i, count] of other.counts.entries()) into.counts[i]! += count;
}

/** Counts that the GPU made, [K, K + 1]. @throws ShapeError where labels were no class. */
export function confusionFromCells(cells: ArrayLike<number>, classes: number): Confusion {
  const confusion = emptyConfusion(classes);
  if (cells.length !== classes * (classes + 1))
    throw new ShapeError(`confusion: ${cells.length} cells, should be ${classes * (classes + 1)}`);
  let outside = 0;
  for (let truth = 0; truth < classes; truth++) {
    for (let label = 0; label < classes; label++)
      confusion.counts[truth * classes + label] = cells[truth * (classes + 1) + label]!;
    outside += cells[truth * (classes + 1) + classes]!;
  }
  if (outside > 0)
    throw new ShapeError(
      `confusion: ${outside} pixels with labels that are no class, should be below ${classes}`,
    );
  return confusion;
}
