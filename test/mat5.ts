// Writes MATLAB files of version 5, in each form that MATLAB and SciPy do.
import { deflateSync } from 'node:zlib';

export interface MatOptions {
  readonly compressed?: boolean;
}

const MATRIX = 14;

/** By class: its number, the stored type, bytes of an element. */
const CLASSES = {
  double: [6, 9, 8],
  single: [7, 7, 4],
  int8: [8, 1, 1],
  uint8: [9, 2, 1],
  int16: [10, 3, 2],
  uint16: [11, 4, 2],
  int32: [12, 5, 4],
  uint32: [13, 6, 4],
  int64: [14, 12, 8],
  uint64: [15, 13, 8],
} as const;
export type MatClass = keyof typeof CLASSES;

const SETTERS: Readonly<Record<number, (view: DataView, at: number, value: number) => void>> = {
  1: (v, at, x) => v.setInt8(at, x),
  2: (v, at, x) => v.setUint8(at, x),
  3: (v, at, x) => v.setInt16(at, x, true),
  4: (v, at, x) => v.setUint16(at, x, true),
  5: (v, at, x) => v.setInt32(at, x, true),
  6: (v, at, x) => v.setUint32(at, x, true),
  7: (v, at, x) => v.setFloat32(at, x, true),
  9: (v, at, x) => v.setFloat64(at, x, true),
  12: (v, at, x) => v.setBigInt64(at, BigInt(x), true),
  13: (v, at, x) => v.setBigUint64(at, BigInt(x), true),
};

const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const y = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    y.set(part, at);
    return at + part.length;
  }, 0);
  return y;
};

const words = (...values: readonly number[]) => new Uint8Array(Uint32Array.from(values).buffer);

/** A tag and its data, in the small form where they fit. */
export function element(type: number, data: Uint8Array): Uint8Array {
  if (data.length > 0 && data.length <= 4)
    return concat(words((data.length << 16) | type), data, new Uint8Array(4 - data.length));
  const padding = type === 15 ? 0 : (8 - (data.length % 8)) % 8;
  return concat(words(type, data.length), data, new Uint8Array(padding));
}

function numbers(type: number, size: number, values: readonly number[]): Uint8Array {
  const data = new Uint8Array(values.length * size);
  const view = new DataView(data.buffer);
  for (const [i, value] of values.entries()) SETTERS[type]!(view, i * size, value);
  return element(type, data);
}

const ascii = (text: string) => element(1, new TextEncoder().encode(text));

export const matrix = (id: number, dims: readonly number[], name: string, ...parts: readonly Uint8Array[]) =>
  element(MATRIX, concat(numbers(6, 4, [id, 0]), numbers(5, 4, dims), ascii(name), ...parts));

/** Values in rows, put as MATLAB stores them: the first dimension fastest. */
function inColumns<T>(dims: readonly number[], rows: readonly T[]): T[] {
  return rows.map((_, at) => {
    let [rest, index] = [at, 0];
    const place = dims.map((size) => {
      const p = rest % size;
      rest = Math.floor(rest / size);
      return p;
    });
    for (const [i, size] of dims.entries()) index = index * size + place[i]!;
    return rows[index]!;
  });
}

/** Numbers in rows, as a matrix of a class; `stored` names a narrower class. */
export function matNumbers(
  name: string,
  dims: readonly number[],
  rows: readonly number[],
  type: MatClass = 'double',
  stored: MatClass = type,
): Uint8Array {
  const [, mi, size] = CLASSES[stored];
  return matrix(CLASSES[type][0], dims, name, numbers(mi, size, inColumns(dims, rows)));
}

/** Lines of one length; as bytes of UTF-8 or as UTF-16 units. */
export function matText(name: string, lines: readonly string[], utf16 = true): Uint8Array {
  const dims = [lines.length, lines[0]?.length ?? 0];
  const text = inColumns(dims, lines.join('').split('')).join('');
  const data = utf16
    ? numbers(
        4,
        2,
        text.split('').map((c) => c.charCodeAt(0)),
      ) //
    : element(16, new TextEncoder().encode(text));
  return matrix(4, dims, name, data);
}

/** Cells in rows, each as the functions of this file make it, without a name. */
export const matCells = (name: string, dims: readonly number[], cells: readonly Uint8Array[]): Uint8Array =>
  matrix(1, dims, name, ...inColumns(dims, cells));

/** One struct. */
export function matStruct(name: string, fields: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(fields);
  const length = 32;
  const table = names.map((field) => field.padEnd(length, '\0')).join('');
  return matrix(2, [1, 1], name, numbers(5, 4, [length]), ascii(table), ...Object.values(fields));
}

/** A file of variables. */
export function matFile(
  variables: readonly Uint8Array[],
  { compressed = false }: MatOptions = {},
): Uint8Array {
  const header = new Uint8Array(128).fill(32);
  header.set(new TextEncoder().encode('MATLAB 5.0 MAT-file'));
  header.set([0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x01, 0x49, 0x4d], 116);
  const parts = compressed ? variables.map((v) => element(15, new Uint8Array(deflateSync(v)))) : variables;
  return concat(header, ...parts);
}
