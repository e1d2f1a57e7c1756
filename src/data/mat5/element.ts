import { FormatError, UnsupportedError } from '../../errors.js';

/** What follows from a tag: the type of the data, its place, and where the next tag stands. */
export interface MatElement {
  readonly type: number;
  /** Bytes from the start of the file or of the decompressed variable. */
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

export const MATRIX = 14;
export const COMPRESSED = 15;

/** By type: its name, bytes of an element, and how to read one. */
const NUMBERS: Readonly<
  Record<number, readonly [string, number, (view: DataView, at: number) => number | bigint]>
> = {
  1: ['miINT8', 1, (v, at) => v.getInt8(at)],
  2: ['miUINT8', 1, (v, at) => v.getUint8(at)],
  3: ['miINT16', 2, (v, at) => v.getInt16(at, true)],
  4: ['miUINT16', 2, (v, at) => v.getUint16(at, true)],
  5: ['miINT32', 4, (v, at) => v.getInt32(at, true)],
  6: ['miUINT32', 4, (v, at) => v.getUint32(at, true)],
  7: ['miSINGLE', 4, (v, at) => v.getFloat32(at, true)],
  9: ['miDOUBLE', 8, (v, at) => v.getFloat64(at, true)],
  12: ['miINT64', 8, (v, at) => v.getBigInt64(at, true)],
  13: ['miUINT64', 8, (v, at) => v.getBigUint64(at, true)],
};

const fail = (what: string, should: string, at: number): never => {
  throw new FormatError(`mat: ${what}, should be ${should}`, at);
};

/** The element at a place; its data must end by `end`. Up to four bytes of data may stand in the tag itself. */
export function elementAt(view: DataView, at: number, end: number): MatElement {
  if (at + 8 > end) fail(`${end - at} bytes for a tag`, '8', at);
  const word = view.getUint32(at, true);
  const small = word >>> 16;
  if (small > 4) fail(`a small element of ${small} bytes`, 'at most 4', at);
  if (small > 0) return { type: word & 0xffff, start: at + 4, end: at + 4 + small, next: at + 8 };
  const bytes = view.getUint32(at + 4, true);
  const start = at + 8;
  // All but compressed elements are padded to 8 bytes.
  const padded = word === COMPRESSED ? bytes : Math.ceil(bytes / 8) * 8;
  if (start + padded > end)
    fail(`an element of ${bytes} bytes, padded to ${padded}`, `at most ${end - start}`, at);
  return { type: word, start, end: start + bytes, next: start + padded };
}

/** The numbers of an element, whatever their stored type. */
export function numbersOf(view: DataView, { type, start, end }: MatElement): number[] {
  const [name, size, get] = NUMBERS[type] ?? fail(`type ${type}`, 'a numeric one', start - 8);
  if ((end - start) % size) fail(`${end - start} bytes of ${name}`, `a multiple of ${size}`, start);
  return Array.from({ length: (end - start) / size }, (_, i) => {
    const value = Number(get(view, start + i * size));
    if (size === 8 && type !== 9 && !Number.isSafeInteger(value))
      throw new UnsupportedError(`mat: ${name} beyond 2^53, should be a smaller number`);
    return value;
  });
}

/** The characters of an element: bytes, UTF-16 units or UTF-8. */
export function textOf(view: DataView, element: MatElement): string {
  const { type, start, end } = element;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start);
  if (type === 1 || type === 2) return new TextDecoder('latin1').decode(bytes);
  const utf16 = type === 17 || type === 4;
  if (!utf16 && type !== 16) return fail(`characters of type ${type}`, 'bytes, UTF-8 or UTF-16', start - 8);
  if (utf16 && bytes.length % 2) fail(`${bytes.length} bytes of UTF-16`, 'a multiple of 2', start);
  try {
    return new TextDecoder(utf16 ? 'utf-16le' : 'utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail('characters that are none', utf16 ? 'UTF-16' : 'UTF-8', start);
  }
}
