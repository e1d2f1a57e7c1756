import type { Confusion } from './confusion.js';
import type { Scores } from './scores.js';

/** A field of a CSV file (RFC 4180). */
const field = (value: string | number | null): string => {
  const text = value === null ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const csv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\n`).join('');

/** The four metrics, and boundary IU where it is given, as one row below their names; undefined scores are empty. */
export const scoresCsv = ({
  pixelAcc,
  meanAcc,
  meanIU,
  fwIU,
  boundaryIU,
}: Scores & { readonly boundaryIU?: number | null }): string =>
  csv([
    ['pixelAcc', 'meanAcc', 'meanIU', 'fwIU', ...(boundaryIU === undefined ? [] : ['boundaryIU'])],
    [pixelAcc, meanAcc, meanIU, fwIU, ...(boundaryIU === undefined ? [] : [boundaryIU])],
  ]);

/** A row for each width of the bands around borders. */
export const trimapCsv = (
  trimap: readonly {
    readonly width: number;
    readonly pixelAcc: number | null;
    readonly meanIU: number | null;
  }[],
): string =>
  csv([
    ['width', 'pixelAcc', 'meanIU'],
    ...trimap.map(({ width, pixelAcc, meanIU }) => [width, pixelAcc, meanIU]),
  ]);

/** A row a class. */
export const classesCsv = ({ perClass }: Scores): string =>
  csv([
    ['label', 'name', 'pixels', 'predicted', 'acc', 'iu'],
    ...perClass.map(({ label, name, pixels, predicted, acc, iu }) => [
      label,
      name,
      pixels,
      predicted,
      acc,
      iu,
    ]),
  ]);

/** A row for each class of the truth, a column for each predicted one. */
export function confusionCsv({ classes, counts }: Confusion, names: readonly string[] | null = null): string {
  const labels = Array.from({ length: classes }, (_, label) => names?.[label] ?? String(label));
  return csv([
    ['truth', ...labels],
    ...labels.map((name, truth) => [name, ...counts.subarray(truth * classes, (truth + 1) * classes)]),
  ]);
}
