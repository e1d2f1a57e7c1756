import { GEOMETRIC_CLASSES, SIFTFLOW_CLASSES } from './classes.js';
import type { DataHead, DataSet } from './dataset.js';
import { join, readImage, splitLists } from './files.js';
import { fromOne, headLabels, readMatLabels } from './labels.js';
import type { DataLayout } from './spec.js';

/** Under each of `Images`, `SemanticLabels` and `GeoLabels`. */
const PICTURES = 'spatial_envelope_256x256_static_8outdoorcategories';

/** Each head, its folder, and the labels on the disk that are of no class. */
const HEADS: readonly (DataHead & { folder: string; voids: readonly number[] })[] = [
  { suffix: '_sem', names: SIFTFLOW_CLASSES, ignore: 255, folder: 'SemanticLabels', voids: [0] },
  { suffix: '_geo', names: GEOMETRIC_CLASSES, ignore: 255, folder: 'GeoLabels', voids: [-1, 0] },
];

/**
 * SIFT Flow (Liu et al. 2009), semantic and geometric labels of each picture: `Images/PICTURES/ID.jpg`,
 * `SemanticLabels/PICTURES/ID.mat` and `GeoLabels/PICTURES/ID.mat` with `S`, `SPLIT.txt`.
 */
export const siftflow: DataLayout = {
  usage: 'siftflow:DIR',
  options: [],
  async open(spec, files): Promise<DataSet> {
    const dir = spec.source;
    return {
      name: spec.layout,
      inputs: [
        { name: 'data', channels: 3, preprocess: { order: 'bgr', mean: [114.578, 115.294, 108.353] } },
      ],
      heads: HEADS.map(({ suffix, names, ignore }) => ({ suffix, names, ignore })),
      ...(await splitLists(files, dir)),
      async load(id) {
        const picture = await readImage(files, join(dir, 'Images', PICTURES, `${id}.jpg`));
        const labels = [];
        for (const head of HEADS) {
          const path = join(dir, head.folder, PICTURES, `${id}.mat`);
          const raw = await readMatLabels(files, path, 'S');
          labels.push(headLabels(raw, picture, head, path, fromOne(head, head.voids)));
        }
        return { id, h: picture.height, w: picture.width, pictures: [picture], labels };
      },
    };
  },
};
