import { decode } from 'jpeg-js';
import { FormatError } from '../errors.js';
import type { RgbaImage } from './image.js';

export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;

const START_OF_SCAN = 0xda;
const END_OF_IMAGE = 0xd9;

/** Of a baseline, extended or progressive frame. */
const START_OF_FRAME = [0xc0, 0xc1, 0xc2];

/** A block of 8 x 8 pixels takes a bit at least. */
const MOST_PIXELS_PER_BYTE = 512;

/**
 * The decoder fills what a broken-off file lacks; the end marker behind the first scan tells.
 * @throws FormatError for a size that the bytes cannot hold, before the decoder allocates it
 */
function isWhole(bytes: Uint8Array): boolean {
  const two = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  let at = 2;
  for (; bytes[at] === 0xff && bytes[at + 1] !== START_OF_SCAN; at += 2 + two(at + 2)) {
    if (!START_OF_FRAME.includes(bytes[at + 1]!)) continue;
    const [height, width] = [two(at + 5), two(at + 7)];
    const least = Math.ceil((width * height) / MOST_PIXELS_PER_BYTE);
    if (bytes.length < least)
      throw new FormatError(
        `jpeg: ${bytes.length} bytes for ${width} x ${height} pixels, should be at least ${least}`,
        at,
      );
  }
  for (let i = bytes.length - 2; i > at; i--) {
    if (bytes[i] === 0xff && bytes[i + 1] === END_OF_IMAGE) return true;
  }
  return false;
}

/** Bounds on what a header may claim: megapixels, and megabytes while it is decoded. */
const LIMITS = { maxResolutionInMP: 200, maxMemoryUsageInMB: 4096 };

/**
 * Decodes a JPEG file, baseline or progressive, in colour or grey. An orientation in its EXIF data is not
 * applied. The same decoder runs everywhere: decoders differ by a few levels.
 */
export function decodeJpeg(bytes: Uint8Array): RgbaImage {
  if (!isJpeg(bytes) || !isWhole(bytes))
    throw new FormatError(
      `jpeg: ${bytes.length} bytes without an end, should be a whole JPEG file`,
      bytes.length,
    );
  try {
    const options = { useTArray: true, formatAsRGBA: true, tolerantDecoding: false, ...LIMITS } as const;
    const { width, height, data } = decode(bytes, options);
    if (!(width >= 1 && height >= 1)) throw new Error(`${width} x ${height} pixels`);
    return { width, height, rgba: data };
  } catch (error) {
    throw new FormatError(`jpeg: ${(error as Error).message}, should be a whole JPEG file`);
  }
}
