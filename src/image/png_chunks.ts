import { Unzlib } from 'fflate';
import { FormatError } from '../errors.js';

interface Chunk {
  readonly type: string;
  /** Where it begins and ends in the file, its length and its checksum included. */
  readonly begin: number;
  readonly end: number;
}

/** Chunks as far as the file's structure holds. */
function* chunks(bytes: Uint8Array): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let begin = 8; begin + 12 <= bytes.length; ) {
    const end = begin + 12 + view.getUint32(begin);
    if (end > bytes.length) return;
    yield { type: String.fromCharCode(...bytes.subarray(begin + 4, begin + 8)), begin, end };
    begin = end;
  }
}

/** Chunks that are compressed and say nothing of the pixels' values. */
const ANCILLARY = new Set(['iCCP', 'iTXt', 'zTXt']);

/** A small file may inflate to so many bytes unasked. */
const HARMLESS = 2 ** 24;

/** Deflate makes at most so many bytes out of one (RFC 1951: 258 bytes from two bits). */
export const DEFLATE_RATIO = 1032;

/**
 * The file without chunks that a decoder would inflate for nothing.
 * @param most bytes that the image data should inflate to
 * @throws FormatError where they inflate to more
 */
export function withoutBombs(bytes: Uint8Array, most: number, image: string): Uint8Array {
  const all = [...chunks(bytes)];
  const data = all.filter(({ type }) => type === 'IDAT');
  const size = data.reduce((sum, { begin, end }) => sum + end - begin, 0);
  if (size * DEFLATE_RATIO > most + HARMLESS) {
    let inflated = 0;
    const inflate = new Unzlib((part) => {
      inflated += part.length;
      if (inflated > most)
        throw new FormatError(`png: more image data than ${image}, should be ${most} bytes`);
    });
    for (const { begin, end } of data) push(inflate, bytes.subarray(begin + 8, end - 4));
  }
  if (!all.some(({ type }) => ANCILLARY.has(type))) return bytes;
  const kept = [{ begin: 0, end: 8 }, ...all.filter(({ type }) => !ANCILLARY.has(type))];
  const made = new Uint8Array(kept.reduce((sum, { begin, end }) => sum + end - begin, 0));
  let at = 0;
  for (const { begin, end } of kept) {
    made.set(bytes.subarray(begin, end), at);
    at += end - begin;
  }
  return made;
}

/** In pieces, as what a piece inflates to is held until it is counted. */
function push(inflate: Unzlib, bytes: Uint8Array): void {
  const piece = 2 ** 14;
  for (let at = 0; at < bytes.length; at += piece) inflate.push(bytes.slice(at, at + piece));
}
