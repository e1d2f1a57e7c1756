import { FCN_PREPROCESS } from '../ops/image.js';
import { VOC_CLASSES } from './classes.js';
import type { DataSet } from './dataset.js';
import { join, readImage, splitLists } from './files.js';
import { headLabels, readMatLabels } from './labels.js';
import type { DataLayout } from './spec.js';

/**
 * The Semantic Boundaries Dataset's folder `dataset` (Hariharan et al. 2011): `img/ID.jpg`, `cls/ID.mat`
 * with VOC's labels in `GTcls.Segmentation`, `SPLIT.txt`.
 */
export const sbd: DataLayout = {
  usage: 'sbd:DIR',
  options: [],
  async open(spec, files): Promise<DataSet> {
    const dir = spec.source;
    const head = { suffix: '', names: VOC_CLASSES, ignore: 255 };
    return {
      name: spec.layout,
      inputs: [{ name: 'data', channels: 3, preprocess: FCN_PREPROCESS }],
      heads: [head],
      ...(await splitLists(files, dir)),
      async load(id) {
        const picture = await readImage(files, join(dir, 'img', `${id}.jpg`));
        const path = join(dir, 'cls', `${id}.mat`);
        const raw = await readMatLabels(files, path, 'GTcls', 'Segmentation');
        const labels = headLabels(raw, picture, head, path);
        return { id, h: picture.height, w: picture.width, pictures: [picture], labels: [labels] };
      },
    };
  },
};
