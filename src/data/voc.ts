import { DataError } from '../errors.js';
import { FCN_PREPROCESS } from '../ops/image.js';
import { VOC_CLASSES } from './classes.js';
import type { DataSet } from './dataset.js';
import { join, readImage, splitLists } from './files.js';
import { fileLabels } from './labels.js';
import { headOf } from './names.js';
import { type DataLayout, NO_LABELS } from './spec.js';

/** Folders of pictures, and the ending of their files; the first that is there counts. */
const PICTURES = { JPEGImages: 'jpg', PNGImages: 'png' } as const;

/**
 * PASCAL VOC's folders: `JPEGImages/ID.jpg` (or `PNGImages/ID.png`), `SegmentationClass/ID.png` with
 * labels as palette indices, `ImageSets/Segmentation/SPLIT.txt`. The test set has no labels: `labels=none`.
 */
export const voc: DataLayout = {
  usage: 'voc:DIR[,classes=N][,ignore=L][,names=FILE][,mean=R,G,B|auto][,labels=none]',
  options: ['classes', 'ignore', 'names', 'mean', 'labels'],
  async open(spec, files): Promise<DataSet> {
    const dir = spec.source;
    const { labels: given } = spec.options;
    if (given !== undefined && given !== NO_LABELS)
      throw new DataError(`labels=${given}, should be ${NO_LABELS}, or left out`, spec.text);
    const unlabelled = given === NO_LABELS;
    const head = await headOf(spec, files, VOC_CLASSES);
    const lists = await splitLists(files, join(dir, 'ImageSets/Segmentation'));
    const pictures = (await files.list(dir)).includes('JPEGImages') ? 'JPEGImages' : 'PNGImages';
    return {
      name: spec.layout,
      inputs: [{ name: 'data', channels: 3, preprocess: FCN_PREPROCESS }],
      heads: [head],
      unlabelled,
      ...lists,
      async load(id) {
        const picture = await readImage(files, join(dir, pictures, `${id}.${PICTURES[pictures]}`));
        const path = unlabelled ? null : join(dir, 'SegmentationClass', `${id}.png`);
        const labels = await fileLabels(files, path, picture, head);
        return { id, h: picture.height, w: picture.width, pictures: [picture], labels: [labels] };
      },
    };
  },
};
