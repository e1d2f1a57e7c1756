import { readdir, readFile } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { DataFiles } from '../data/files.js';
import type { DataSpec } from '../data/spec.js';
import { DataError } from '../errors.js';
import { hdf5Slice } from './hdf5.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'missing',
  ENOTDIR: 'no folder',
  EISDIR: 'a folder',
  EACCES: 'not readable',
};

const failed = (path: string, should: string) => (cause: NodeJS.ErrnoException) => {
  throw new DataError(`${REASONS[cause.code ?? ''] ?? cause.message}, should be ${should}`, path, { cause });
};

/** The files of data sets on this machine's disks. */
export const diskFiles: Required<DataFiles> = {
  read: (path) => readFile(path).catch(failed(path, 'a file of the data set')),
  list: async (folder) => (await readdir(folder).catch(failed(folder, 'a folder of the data set'))).sort(),
  slice: hdf5Slice,
};

/** Those files alone that a spec names, or that lie in folders that it names: what a page may ask for. */
export function filesOf({ source, options }: Pick<DataSpec, 'source' | 'options'>): Required<DataFiles> {
  const roots = [source, ...Object.values(options)].map((path) => resolve(path));
  const among = (path: string): string => {
    const found = resolve(path);
    if (roots.some((root) => found === root || found.startsWith(root.endsWith(sep) ? root : root + sep)))
      return path;
    throw new DataError(`outside of the data set, should be in ${roots.join(' or ')}`, path);
  };
  return {
    read: async (path) => diskFiles.read(among(path)),
    list: async (folder) => diskFiles.list(among(folder)),
    slice: async (path, array, part) => diskFiles.slice(among(path), array, part),
  };
}
