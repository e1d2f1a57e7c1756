import { type DecodedPng, decode, encode } from 'fast-png';
import { FormatError, ShapeError, UnsupportedError } from '../errors.js';
import type { RgbaImage } from './image.js';
import type { Palette } from './palette.js';
import { DEFLATE_RATIO, withoutBombs } from './png_chunks.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Checks what the decoder takes on trust, before it allocates anything; returns what it may read. */
function checked(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isPng(bytes) || bytes.length < 33 || view.getUint32(12) !== 0x49484452 /* IHDR */)
    throw new FormatError(`png: ${bytes.length} bytes without a header, should be a PNG file`, 0);
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width < 1 || height < 1)
    throw new FormatError(`png: ${width} x ${height} pixels, should be at least 1 x 1`, 16);
  const [depth, colour, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const channels = CHANNELS[colour];
  if (!channels) throw new FormatError(`png: colour type ${colour}, should be 0, 2, 3, 4 or 6`, 25);
  const size = height * Math.ceil((width * channels * depth) / 8);
  if (size > DEFLATE_RATIO * bytes.length)
    throw new FormatError(
      `png: ${bytes.length} bytes for ${width} x ${height} pixels, should be at least ${Math.ceil(size / DEFLATE_RATIO)}`,
      bytes.length,
    );
  if (interlace !== 0 && depth < 8)
    throw new UnsupportedError(`png: interlaced with ${depth} bits a sample, should be 8 or 16`);
  // A byte before each row; interlaced, the image is in seven parts with rows of their own.
  const most = size + height + (interlace ? size + 8 * (height + 1) : 0);
  return withoutBombs(bytes, most, `${width} x ${height} pixels`);
}

function read(bytes: Uint8Array): DecodedPng {
  const whole = checked(bytes);
  let png: DecodedPng;
  try {
    png = decode(whole, { checkCrc: true });
  } catch (error) {
    throw new FormatError(`png: ${(error as Error).message}, should be a whole PNG file`);
  }
  return { ...png, data: unpacked(png) };
}

/** One element a sample, where the file packs several into a byte. */
function unpacked({ data, depth, width, height }: DecodedPng): DecodedPng['data'] {
  if (depth >= 8) return data;
  const row = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * row + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  });
}

const colourOf = (palette: readonly number[][], index: number): readonly number[] => {
  const colour = palette[index];
  if (!colour)
    throw new FormatError(`png: colour ${index} of a palette of ${palette.length}, should be in the palette`);
  return colour;
};

/** Decodes a PNG file of any colour type; 16 bits a sample are rounded to 8, colour profiles are ignored. */
export function decodePng(bytes: Uint8Array): RgbaImage {
  const { width, height, data, depth, channels, palette, transparency } = read(bytes);
  const rgba = new Uint8Array(4 * width * height);
  const largest = 2 ** depth - 1;
  const byte = (value: number) => Math.round((value * 255) / largest);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const samples = data.subarray(pixel * channels, (pixel + 1) * channels);
    if (palette) {
      const [r = 0, g = 0, b = 0, a = 255] = colourOf(palette, samples[0]!);
      rgba.set([r, g, b, a], 4 * pixel);
      continue;
    }
    const clear = transparency?.every((value, i) => value === samples[i]) ?? false;
    const [r, g, b] = channels < 3 ? [samples[0]!, samples[0]!, samples[0]!] : samples;
    const a = channels % 2 === 0 ? samples[channels - 1]! : clear ? 0 : largest;
    rgba.set([byte(r!), byte(g!), byte(b!), byte(a)], 4 * pixel);
  }
  return { width, height, rgba };
}

/** The label of each pixel, as a PNG file holds it, and the palette that goes with it. */
export interface LabelImage {
  readonly width: number;
  readonly height: number;
  /** width * height labels in rows. */
  readonly labels: Uint8Array;
  readonly palette: Palette | null;
}

/** Decodes a label file: palette indices, or grey levels, are labels. */
export function decodeLabels(bytes: Uint8Array): LabelImage {
  const { width, height, data, depth, channels, palette } = read(bytes);
  if (channels !== 1 || depth > 8)
    throw new UnsupportedError(
      `png: labels in ${channels} channels of ${depth} bits, should be one channel of at most 8`,
    );
  const colours =
    palette && Uint8Array.from(palette.flatMap(([r = 0, g = 0, b = 0, a = 255]) => [r, g, b, a]));
  return { width, height, labels: Uint8Array.from(data), palette: colours ?? null };
}

/** Values of a picture with one channel. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** width * height values in rows. */
  readonly values: Uint16Array;
}

/** Decodes a file of one channel of 16 bits, such as depth in millimetres, to the values that it holds. */
export function decodeGrey16(bytes: Uint8Array): GreyImage {
  const { width, height, data, depth, channels, palette } = read(bytes);
  if (channels !== 1 || depth !== 16 || palette)
    throw new UnsupportedError(`png: ${channels} channels of ${depth} bits, should be one of 16`);
  return { width, height, values: Uint16Array.from(data) };
}

/** A PNG file of an image, 8 bits a channel. */
export const encodePng = ({ width, height, rgba }: RgbaImage): Uint8Array =>
  encode({ width, height, data: rgba, channels: 4, depth: 8 });

/** A grey PNG file of 16 bits a pixel, such as depth in millimetres. */
export const encodeGrey16 = (
  data: Uint16Array,
  size: { readonly width: number; readonly height: number },
): Uint8Array => encode({ ...size, data, channels: 1, depth: 16 });

/** An indexed PNG file: 8 bits a label, with the colours of the palette and without their alpha. */
export function encodeLabels(
  labels: ArrayLike<number>,
  size: { readonly width: number; readonly height: number },
  palette: Palette,
): Uint8Array {
  const { width, height } = size;
  const colours = Array.from({ length: palette.length / 4 }, (_, i) => [
    ...palette.subarray(4 * i, 4 * i + 3),
  ]);
  if (colours.length < 1 || colours.length > 256)
    throw new ShapeError(`png: palette of ${colours.length} colours, should be 1 to 256`);
  if (labels.length !== width * height)
    throw new ShapeError(
      `png: ${labels.length} labels for ${width} x ${height} pixels, should be ${width * height}`,
    );
  const data = Uint8Array.from(labels, (label) => {
    if (!(label < colours.length))
      throw new ShapeError(`png: label ${label}, should be below the palette's ${colours.length}`);
    return label;
  });
  return encode({ width, height, data, channels: 1, depth: 8, palette: colours });
}
