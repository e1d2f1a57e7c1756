import { ShapeError } from '../errors.js';
import type { Confusion } from './confusion.js';

/** How well one class was found. */
export interface ClassScore {
  readonly label: number;
  readonly name: string | null;
  /** Pixels of the truth, and pixels labelled so among those that count. */
  readonly pixels: number;
  readonly predicted: number;
  /** Share of the truth's pixels labelled so; null without any. */
  readonly acc: number | null;
  /** Intersection over union; null where there is neither. */
  readonly iu: number | null;
}

/** The paper's four metrics as fractions; null where no pixel counts. */
export interface Scores {
  readonly pixelAcc: number | null;
  readonly meanAcc: number | null;
  readonly meanIU: number | null;
  readonly fwIU: number | null;
  readonly perClass: readonly ClassScore[];
}

export interface ScoreOptions {
  readonly names?: readonly string[] | null;
  /**
   * Leaves classes that the truth lacks out of the mean IU, as the paper does on SIFT Flow. Without it they
   * count 0 where they are predicted, and are left out otherwise, as in score.py.
   */
  readonly presentOnly?: boolean;
  /** Scores the first so many classes; labels beyond them are misses, as of a net that also finds what is void. */
  readonly classes?: number;
}

const ratio = (a: number, b: number): number | null => (b > 0 ? a / b : null);

/** The mean of those values that are defined, or null. */
export function definedMean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return ratio(
    defined.reduce((sum, value) => sum + value, 0),
    defined.length,
  );
}

/** Pixel accuracy, mean accuracy, mean IU and frequency-weighted IU, by the rules of score.py. */
export function scores(
  { classes, counts }: Confusion,
  { names = null, presentOnly = false, classes: scored = classes }: ScoreOptions = {},
): Scores {
  if (!(Number.isSafeInteger(scored) && scored >= 1 && scored <= classes))
    throw new ShapeError(`scores: ${scored} classes, should be 1 to ${classes} as are counted`);
  const rows = new Float64Array(classes);
  const columns = new Float64Array(classes);
  for (let truth = 0; truth < scored; truth++)
    for (let label = 0; label < classes; label++) {
      rows[truth]! += counts[truth * classes + label]!;
      columns[label]! += counts[truth * classes + label]!;
    }
  const perClass = Array.from({ length: scored }, (_, label): ClassScore => {
    const [right, pixels, predicted] = [counts[label * classes + label]!, rows[label]!, columns[label]!];
    return {
      label,
      name: names?.[label] ?? null,
      pixels,
      predicted,
      acc: ratio(right, pixels),
      iu: ratio(right, pixels + predicted - right),
    };
  });
  const total = rows.reduce((sum, pixels) => sum + pixels, 0);
  const right = perClass.reduce((sum, { label }) => sum + counts[label * classes + label]!, 0);
  const averaged = presentOnly ? perClass.filter(({ pixels }) => pixels > 0) : perClass;
  return {
    pixelAcc: ratio(right, total),
    meanAcc: definedMean(perClass.map(({ acc }) => acc)),
    meanIU: definedMean(averaged.map(({ iu }) => iu)),
    fwIU: ratio(
      perClass.reduce((sum, { pixels, iu }) => sum + pixels * (iu ?? 0), 0),
      total,
    ),
    perClass,
  };
}
