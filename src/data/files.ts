import { DataError } from '../errors.js';
import { decodeImage } from '../image/decode.js';
import type { RgbaImage } from '../image/image.js';

export type SliceData = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** Part of an array in a file. */
export interface ArraySlice {
  /** Of the whole array. */
  readonly dims: readonly number[];
  /** In rows, the last dimension fastest; empty where the part is. */
  readonly data: SliceData;
}

/** Where the files of data sets come from: a disk, a server, a page's memory. Paths have slashes. */
export interface DataFiles {
  /** A whole file. @throws DataError where there is none. */
  read(path: string): Promise<Uint8Array>;
  /** Names of the files and folders in a folder, sorted. @throws DataError where there is none. */
  list(folder: string): Promise<readonly string[]>;
  /**
   * Part of an array of an HDF5 file: from, and up to, an index of the first dimensions; the others whole.
   * Where files are too large to be read whole; may be left out.
   */
  slice?(
    path: string,
    array: string,
    part: readonly (readonly [from: number, to: number])[],
  ): Promise<ArraySlice>;
}

export const join = (...parts: readonly string[]): string =>
  parts.map((part, i) => (i < parts.length - 1 ? part.replace(/\/+$/, '') : part)).join('/');

/** Reads a file and makes something of it; what the reader throws gets the path. */
export async function parseFile<T>(
  files: DataFiles,
  path: string,
  parse: (bytes: Uint8Array) => T | Promise<T>,
): Promise<T> {
  const bytes = await files.read(path);
  try {
    return await parse(bytes);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    throw new DataError((cause as Error).message, path, { cause });
  }
}

export const readImage = (files: DataFiles, path: string): Promise<RgbaImage> =>
  parseFile(files, path, decodeImage);

/** The lines of a text file that are not blank, without blanks around them. */
export const readLines = (files: DataFiles, path: string): Promise<string[]> =>
  parseFile(files, path, (bytes) =>
    new TextDecoder('utf-8', { fatal: true })
      .decode(bytes)
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter(Boolean),
  );

/** Lists of ids in a folder, each a text file `SPLIT.txt` of one id a line. */
export interface SplitLists {
  readonly splits: readonly string[];
  ids(split: string): Promise<readonly string[]>;
}

/** Text files that stand beside lists of ids. */
const OTHER_TEXTS = /^(classes|labels|.*_labels|readme.*)$/i;

/** `trainval` is the other two where it has no file of its own. Only lists of names that `known` takes count. */
export async function splitLists(
  files: DataFiles,
  folder: string,
  known: (name: string) => boolean = (name) => !OTHER_TEXTS.test(name),
): Promise<SplitLists> {
  const names = await files.list(folder);
  const lists = names.flatMap((name) => /^(.+)\.txt$/.exec(name)?.[1] ?? []).filter(known);
  const parts = (split: string) =>
    split === 'trainval' && !lists.includes(split) ? ['train', 'val'] : [split];
  const splits = [...new Set([...lists, 'trainval'])].filter((split) =>
    parts(split).every((part) => lists.includes(part)),
  );
  return {
    splits,
    async ids(split) {
      if (!splits.includes(split))
        throw new DataError(`no split "${split}", should be one of ${splits.join(', ') || 'none'}`, folder);
      const ids = [];
      for (const part of parts(split)) ids.push(...(await readLines(files, join(folder, `${part}.txt`))));
      if (ids.length === 0) throw new DataError('no ids, should be one a line', join(folder, `${split}.txt`));
      return ids;
    },
  };
}
