import { DataError } from '../errors.js';
import { type DataInput, type DataSet, inputValues, splitOf } from './dataset.js';
import type { DataSpec } from './spec.js';

export interface MeanOptions {
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
}

/**
 * The mean of each channel over all pixels of a split, in the order and the unit in which the net's input
 * has them, before a mean is subtracted: bytes of 0 .. 255 for pictures.
 */
export async function channelMean(
  data: DataSet,
  split: string,
  { signal, onProgress }: MeanOptions = {},
  input = 0,
): Promise<number[]> {
  const spec = data.inputs[input]!;
  const zero = spec.preprocess && {
    order: spec.preprocess.order,
    mean: spec.preprocess.mean.map(() => 0),
  };
  const sums = new Array<number>(spec.channels).fill(0);
  let pixels = 0;
  const ids = await data.ids(split);
  for (const [done, id] of ids.entries()) {
    signal?.throwIfAborted();
    const { pictures, h, w } = await data.load(id);
    const values = inputValues(pictures[input]!, { ...spec, preprocess: zero });
    for (let c = 0; c < sums.length; c++) for (let i = 0; i < h * w; i++) sums[c]! += values[c * h * w + i]!;
    pixels += h * w;
    onProgress?.(done + 1, ids.length);
  }
  return sums.map((sum) => sum / pixels);
}

/** `mean=r,g,b`, in bytes. @throws DataError */
function givenMean({ options, text }: DataSpec): number[] {
  const { mean = '' } = options;
  const values = mean.split(',').map(Number);
  if (values.length !== 3 || !values.every((value) => value >= 0 && value <= 255))
    throw new DataError(`mean=${mean}, should be auto, or r,g,b of 0 to 255 each`, text);
  return values;
}

/**
 * The data set with its pictures fed less the mean that its spec says: of red, green and blue, or `auto`, that of
 * its split `train`, or of its only one.
 * @throws DataError for another text
 */
export async function withMean(spec: DataSpec, data: DataSet, o: MeanOptions | null): Promise<DataSet> {
  const { mean: wanted } = spec.options;
  if (wanted === undefined) return data;
  const given = wanted === 'auto' ? null : givenMean(spec);
  if (!o) return data;
  const inputs: DataInput[] = [];
  for (const [i, input] of data.inputs.entries()) {
    const { order = 'rgb' } = input.preprocess ?? {};
    const mean = given
      ? order === 'bgr'
        ? given.toReversed()
        : given
      : await channelMean(data, splitOf(data, 'train'), o, i);
    inputs.push(input.preprocess ? { ...input, preprocess: { ...input.preprocess, mean } } : input);
  }
  return { ...data, inputs };
}
