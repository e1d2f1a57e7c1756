import { DataError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import type { GreyImage } from '../image/png.js';
import { NYUD_CLASSES } from './classes.js';
import type { DataInput, PlanarImage, Sample } from './dataset.js';
import type { DataSpec } from './spec.js';

/** The mean of the natural logarithm of depth in millimetres. */
const LOG_DEPTH_MEAN = 7.844;

const INPUTS: Readonly<Record<string, Omit<DataInput, 'name'>>> = {
  color: { channels: 3, preprocess: { order: 'bgr', mean: [116.19, 97.203, 92.318] } },
  depth: { channels: 1, preprocess: null },
  /** Disparity, height, angle, as the red, green and blue of their pictures. */
  hha: { channels: 3, preprocess: { order: 'rgb', mean: [132.431, 94.076, 118.477] } },
};

export const KINDS = ['color', 'depth', 'hha', 'color-depth', 'color-hha'];

/** What a spec's `kind` feeds: the names in INPUTS, and the net's inputs, `data` where there is one. */
export function nyudInputs({ options, text }: DataSpec): { kinds: readonly string[]; inputs: DataInput[] } {
  const { kind = 'color' } = options;
  if (!KINDS.includes(kind)) throw new DataError(`kind=${kind}, should be one of ${KINDS.join(', ')}`, text);
  const kinds = kind.split('-');
  return { kinds, inputs: kinds.map((name) => ({ name: kinds[1] ? name : 'data', ...INPUTS[name]! })) };
}

/** Depth in millimetres as a net takes it, ln(depth) - 7.844. @throws DataError where there is none. */
export function logDepth({ width, height, values }: GreyImage, path: string): PlanarImage {
  const missing = values.indexOf(0);
  if (missing >= 0)
    throw new DataError(
      `depth 0 at row ${Math.floor(missing / width)}, column ${missing % width}, should be filled in`,
      path,
    );
  return {
    width,
    height,
    channels: 1,
    values: Float32Array.from(values, (mm) => Math.log(mm) - LOG_DEPTH_MEAN),
  };
}

/** The head with 40 classes; on the disk 0 is void and classes begin at 1. */
export const NYUD_HEAD = { suffix: '', names: NYUD_CLASSES, ignore: 255 };

/** A sample, once all its pictures have the size of the first. */
export function nyudSample(
  id: string,
  pictures: readonly (RgbaImage | PlanarImage)[],
  paths: readonly string[],
  labels: (size: RgbaImage | PlanarImage) => Uint8Array,
): Sample {
  const [first] = pictures;
  const { width: w, height: h } = first!;
  for (const [i, { width, height }] of pictures.entries())
    if (width !== w || height !== h)
      throw new DataError(`${width} x ${height} pixels, should be ${w} x ${h} as ${paths[0]}`, paths[i]!);
  return { id, h, w, pictures, labels: [labels(first!)] };
}
