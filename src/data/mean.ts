import { type DataSet, inputValues } from './dataset.js';

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
