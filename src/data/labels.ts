import { DataError, FormatError } from '../errors.js';
import { decodeLabels } from '../image/png.js';
import type { DataHead } from './dataset.js';
import { type DataFiles, parseFile } from './files.js';
import { readMatVariable } from './mat5/read.js';
import type { MatValue } from './mat5/value.js';

/** Labels as a file holds them, in rows. */
export interface RawLabels {
  readonly width: number;
  readonly height: number;
  readonly labels: ArrayLike<number>;
}

/** Labels of a PNG file: palette indices or grey levels. */
export const readLabels = (files: DataFiles, path: string): Promise<RawLabels> =>
  parseFile(files, path, decodeLabels);

/**
 * Labels of a variable of a MATLAB file, or of a field of it where it is a struct.
 * @throws DataError with the path where it is not a matrix of numbers.
 */
export const readMatLabels = (
  files: DataFiles,
  path: string,
  variable: string,
  field?: string,
): Promise<RawLabels> =>
  parseFile(files, path, async (bytes) => {
    const value = await readMatVariable(bytes, variable);
    return matrixOf(field === undefined ? value : fieldOf(value, field), field ?? variable);
  });

function fieldOf(value: MatValue, field: string): MatValue {
  const found = value.kind === 'structs' && value.structs.length === 1 && value.structs[0]!.get(field);
  if (found) return found;
  throw new FormatError(`mat: ${value.kind} [${value.dims}], should be one struct with ${field}`);
}

function matrixOf(value: MatValue, name: string): RawLabels {
  if (value.kind !== 'numbers' || value.dims.length !== 2)
    throw new FormatError(`mat: ${name} of ${value.kind} [${value.dims}], should be rows of labels`);
  return { width: value.dims[1]!, height: value.dims[0]!, labels: value.data };
}

/** From labels that begin at 1, and labels of no class, to labels that begin at 0 and `ignore`; NaN for others. */
export const fromOne =
  ({ names, ignore }: Pick<DataHead, 'names' | 'ignore'>, voids: readonly number[] = [0]) =>
  (label: number): number =>
    voids.includes(label) ? ignore : label >= 1 && label <= names.length ? label - 1 : Number.NaN;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A file's labels as those of a head: each goes through `map`, has the size of the picture, and is a
 * class or ignored.
 * @throws DataError with the path, and the file's value with its place.
 */
export function headLabels(
  raw: RawLabels,
  { width, height }: Size,
  { names, ignore }: Pick<DataHead, 'names' | 'ignore'>,
  path: string,
  map: (label: number) => number = (label) => label,
): Uint8Array {
  if (raw.width !== width || raw.height !== height)
    throw new DataError(
      `labels of ${raw.width} x ${raw.height} pixels, should be ${width} x ${height} as the picture`,
      path,
    );
  const labels = new Uint8Array(width * height);
  for (let i = 0; i < labels.length; i++) {
    const label = map(raw.labels[i]!);
    if (!(label >= 0 && label < names.length && Number.isInteger(label)) && label !== ignore)
      throw new DataError(
        `label ${raw.labels[i]} at row ${Math.floor(i / width)}, column ${i % width}, should be one of ${names.length} classes or ignored`,
        path,
      );
    labels[i] = label;
  }
  return labels;
}

/** The labels of a picture from a file, or those that do not count where there is none: `labels=none`. */
export async function fileLabels(
  files: DataFiles,
  path: string | null,
  picture: Size,
  head: Pick<DataHead, 'names' | 'ignore'>,
): Promise<Uint8Array> {
  if (path === null) return new Uint8Array(picture.width * picture.height).fill(head.ignore);
  return headLabels(await readLabels(files, path), picture, head, path);
}
