import { DataError, ShapeError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import { type Preprocess, preprocessParams } from '../ops/image.js';

/** Values of a picture that a net takes as they are, such as the logarithm of depth. */
export interface PlanarImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** [channels, height, width]. */
  readonly values: Float32Array;
}

/** What one input of a net is fed. */
export interface DataInput {
  /** The input's name in the nets: `data`, or `color`, `depth` and `hha` where there are two. */
  readonly name: string;
  readonly channels: number;
  /** From the bytes of a picture to the net's numbers; null where the pictures are planar. */
  readonly preprocess: Preprocess | null;
}

/** One set of classes: the data set's own, or one of SIFT Flow's two. */
export interface DataHead {
  /** `''` where there is one; else the end of the nets' layer names: `_sem`, `_geo`. */
  readonly suffix: string;
  /** By label. */
  readonly names: readonly string[];
  /** The label of pixels that do not count; no class has it. */
  readonly ignore: number;
}

/** A picture and its labels, at their own size. */
export interface Sample {
  readonly id: string;
  /** Pixels. */
  readonly h: number;
  readonly w: number;
  /** One of each input, all h x w. */
  readonly pictures: readonly (RgbaImage | PlanarImage)[];
  /**
   * Of each head: h * w labels in rows, or one of the picture as a whole; each below the count of its names, or its
   * `ignore`.
   */
  readonly labels: readonly Uint8Array[];
}

export interface DataSet {
  /** The layout's name, as in its spec: `voc`, `nyud`. */
  readonly name: string;
  readonly inputs: readonly DataInput[];
  readonly heads: readonly DataHead[];
  /** Whether pictures have no labels: each has those that do not count. */
  readonly unlabelled?: boolean;
  /** Names of the splits that there are. */
  readonly splits: readonly string[];
  /** @throws DataError where there is no such split. */
  ids(split: string): Promise<readonly string[]>;
  /** @throws DataError with the path of a file that is missing or does not fit. */
  load(id: string): Promise<Sample>;
}

/** The split of that name, or the only one that there is. */
export function splitOf({ splits, name }: DataSet, wanted: string): string {
  if (splits.includes(wanted)) return wanted;
  if (splits.length === 1) return splits[0]!;
  throw new DataError(`no split "${wanted}", should be one of ${splits.join(', ')}`, name);
}

/** A picture as the net's input takes it, planar [channels, h, w]: what `fromRgba` makes on the GPU. */
export function inputValues(picture: RgbaImage | PlanarImage, { preprocess }: DataInput): Float32Array {
  if ('values' in picture) return picture.values;
  if (!preprocess) throw new ShapeError('input: bytes without a preprocessing, should be planar values');
  const params = preprocessParams('input', preprocess);
  const { rgba } = picture;
  const area = picture.width * picture.height;
  const y = new Float32Array(area * preprocess.mean.length);
  for (let c = 0; c * area < y.length; c++) {
    const [red, green, blue, offset] = ['red', 'green', 'blue', 'offset'].map((k) => params[`${k}_${c}`]!);
    for (let i = 0; i < area; i++)
      y[c * area + i] = red! * rgba[4 * i]! + green! * rgba[4 * i + 1]! + blue! * rgba[4 * i + 2]! + offset!;
  }
  return y;
}
