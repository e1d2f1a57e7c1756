import { stat } from 'node:fs/promises';
import type { ArraySlice, SliceData } from '../data/files.js';
import { DataError, UnsupportedError } from '../errors.js';

/** The package that reads HDF5, of which only one data set has need. */
const hdf5 = async (path: string) => {
  const found = await import('h5wasm/node').catch((cause) => {
    throw new UnsupportedError(
      `${path}: an HDF5 file, which the package h5wasm reads; install it with \`npm install --no-save -D h5wasm\``,
      { cause },
    );
  });
  (await found.default.ready).activate_throwing_error_handler();
  return found.default;
};

/** Its arrays of numbers, by the package's names of types. */
const isNumbers = (data: unknown): data is SliceData =>
  [Uint8Array, Uint16Array, Float32Array, Float64Array].some((type) => data instanceof type);

/**
 * Reads a part of an array of an HDF5 file, such as a MATLAB file of version 7.3, and no more of the file.
 * @throws DataError where the file, the array or the part is not there.
 */
export async function hdf5Slice(
  path: string,
  array: string,
  part: readonly (readonly [from: number, to: number])[],
): Promise<ArraySlice> {
  const fail = (what: string, cause?: unknown): never => {
    throw new DataError(what, path, { cause });
  };
  const { File, Dataset } = await hdf5(path);
  const info = await stat(path).catch((cause) => fail('missing, should be an HDF5 file', cause));
  if (!info.isFile()) fail('no file, should be an HDF5 file');
  let file: InstanceType<typeof File>;
  try {
    file = new File(path, 'r');
  } catch (cause) {
    return fail('not readable, should be an HDF5 file', cause);
  }
  try {
    const found = file.get(array);
    if (!(found instanceof Dataset)) return fail(`no array ${array}, should hold ${file.keys().join(', ')}`);
    const dims = found.shape ?? [];
    const fits = dims.length >= part.length && part.every(([a, b], i) => 0 <= a && a <= b && b <= dims[i]!);
    if (!fits) fail(`${array} of [${dims}], should hold [${part.map((range) => range.join(' to '))}]`);
    if (part.some(([a, b]) => a === b)) return { dims, data: new Uint8Array() };
    const data = found.slice([
      ...part.map(([a, b]): [number, number] => [a, b]),
      ...dims.slice(part.length).map((): [] => []),
    ]);
    return isNumbers(data)
      ? { dims, data }
      : fail(`${array} of type ${found.dtype}, should be bytes, 16-bit words or floats`);
  } catch (cause) {
    if (cause instanceof DataError) throw cause;
    return fail(`${array}: ${(cause as Error).message}`, cause);
  } finally {
    file.close();
  }
}
