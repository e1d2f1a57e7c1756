import { FormatError } from '../errors.js';
import type { RgbaImage } from './image.js';
import { decodeJpeg, isJpeg } from './jpeg.js';
import { decodePng, isPng } from './png.js';

/** Decodes a PNG or JPEG file, told apart by their first bytes. */
export function decodeImage(bytes: Uint8Array): RgbaImage {
  if (isPng(bytes)) return decodePng(bytes);
  if (isJpeg(bytes)) return decodeJpeg(bytes);
  const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new FormatError(
    `image: ${bytes.length} bytes that begin with ${first || 'nothing'}, should be a PNG or JPEG file`,
    0,
  );
}
