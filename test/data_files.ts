import { expect } from 'chai';
import { encode as encodeJpegWith } from 'jpeg-js';
import type { DataSet, Sample } from '../src/data/dataset.js';
import type { DataFiles } from '../src/data/files.js';
import { openDataSet } from '../src/data/open.js';
import { DataError } from '../src/errors.js';
import type { RgbaImage } from '../src/image/image.js';
import { vocPalette } from '../src/image/palette.js';
import { encodeLabels } from '../src/image/png.js';

/** Files in memory, as a page would hold them. */
export class MemoryFiles implements DataFiles {
  readonly contents = new Map<string, Uint8Array>();

  constructor(contents: Readonly<Record<string, Uint8Array | string>> = {}) {
    for (const [path, content] of Object.entries(contents)) this.put(path, content);
  }

  put(path: string, content: Uint8Array | string): this {
    this.contents.set(path, typeof content === 'string' ? new TextEncoder().encode(content) : content);
    return this;
  }

  async read(path: string): Promise<Uint8Array> {
    const bytes = this.contents.get(path);
    if (!bytes) throw new DataError('missing', path);
    return bytes;
  }

  async list(folder: string): Promise<string[]> {
    const inside = [...this.contents.keys()].filter((path) => path.startsWith(`${folder}/`));
    if (inside.length === 0) throw new DataError('missing', folder);
    return [...new Set(inside.map((path) => path.slice(folder.length + 1).split('/')[0]!))].sort();
  }
}

/** Pixels of smooth colours, so that JPEG changes them little. */
export function smooth(width: number, height: number, shift = 0): RgbaImage {
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => {
    const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
    return [40 + 2 * x + shift, 90 + 3 * y, 200 - x - y, 255][i & 3]!;
  });
  return { width, height, rgba };
}

export const jpeg = ({ width, height, rgba }: RgbaImage): Uint8Array =>
  new Uint8Array(encodeJpegWith({ width, height, data: rgba }, 95).data);

/** An indexed PNG of labels that `at` gives. */
export const labelPng = (width: number, height: number, at: (i: number) => number): Uint8Array =>
  encodeLabels(
    Array.from({ length: width * height }, (_, i) => at(i)),
    { width, height },
    vocPalette(),
  );

/** What opening the spec, and loading each of a split, is refused for. */
export async function refusalOf(
  spec: string,
  files: MemoryFiles,
  split = 'train',
): Promise<{ message: string; path: string }> {
  try {
    const data = await openDataSet(spec, files);
    for (const id of await data.ids(split)) await data.load(id);
  } catch (error) {
    expect(error).to.be.instanceOf(DataError);
    return error as DataError;
  }
  throw new Error('was taken');
}

export async function loadFirst(data: DataSet, split: string): Promise<Sample> {
  const [id] = await data.ids(split);
  return data.load(id!);
}
