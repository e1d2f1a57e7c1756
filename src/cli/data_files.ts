import { readdir, readFile } from 'node:fs/promises';
import type { DataFiles } from '../data/files.js';
import { DataError } from '../errors.js';

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
export const diskFiles: DataFiles = {
  read: (path) => readFile(path).catch(failed(path, 'a file of the data set')),
  list: async (folder) => (await readdir(folder).catch(failed(folder, 'a folder of the data set'))).sort(),
};
