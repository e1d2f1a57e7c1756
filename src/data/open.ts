import { context } from './context.js';
import type { DataSet } from './dataset.js';
import type { DataFiles } from './files.js';
import { folder } from './folder.js';
import { type MeanOptions, withMean } from './mean.js';
import { nyud } from './nyud.js';
import { sbd } from './sbd.js';
import { sceneCrops } from './scene_crops.js';
import { scenes } from './scenes.js';
import { siftflow } from './siftflow.js';
import { type DataLayout, parseSpec } from './spec.js';
import { voc } from './voc.js';

/** By the word before the colon of a spec. */
export const LAYOUTS: Readonly<Record<string, DataLayout>> = {
  voc,
  sbd,
  nyud,
  siftflow,
  context,
  folder,
  scenes,
  'scene-crops': sceneCrops,
};

/**
 * Opens a data set by its spec, `LAYOUT:SOURCE[,KEY=VALUE]...`, as `voc:VOC2011` or
 * `folder:images,labels=masks,classes=3`. Pictures are read one by one, by `load`.
 * @param mean of how `mean=auto` is found, which reads all pictures of a split; null leaves the layout's own mean
 * @throws DataError with the spec, or the path that does not fit.
 */
export async function openDataSet(
  text: string,
  files: DataFiles,
  mean: MeanOptions | null = {},
): Promise<DataSet> {
  const spec = parseSpec(text, LAYOUTS);
  const data = await LAYOUTS[spec.layout]!.open(spec, files);
  return withMean(spec, data, mean);
}
