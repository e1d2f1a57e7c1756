import { DataError } from '../errors.js';
import { decodeLabels } from '../image/png.js';
import type { DataHead } from './dataset.js';
import { type DataFiles, parseFile } from './files.js';

/** Labels as a file holds them, in rows. */
export interface RawLabels {
  readonly width: number;
  readonly height: number;
  readonly labels: ArrayLike<number>;
}

/** Labels of a PNG file: palette indices or grey levels. */
export const readLabels = (files: DataFiles, path: string): Promise<RawLabels> =>
  parseFile(files, path, decodeLabels);

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
