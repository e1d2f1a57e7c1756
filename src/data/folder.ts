import { DataError } from '../errors.js';
import { FCN_PREPROCESS } from '../ops/image.js';
import type { DataSet } from './dataset.js';
import { join, readImage, type SplitLists, splitLists } from './files.js';
import { fileLabels } from './labels.js';
import { headOf } from './names.js';
import { type DataLayout, NO_LABELS } from './spec.js';

const PICTURE = /^(.+)\.(jpe?g|png)$/i;

/**
 * Any folder of PNG or JPEG pictures and one of label files `ID.png` of the same names. The split `all` is
 * every picture; `lists` names a folder of `SPLIT.txt`.
 */
export const folder: DataLayout = {
  usage: 'folder:IMAGES,labels=DIR|none[,lists=DIR][,classes=N][,ignore=L][,names=FILE][,mean=R,G,B|auto]',
  options: ['labels', 'lists', 'classes', 'ignore', 'names', 'mean'],
  async open(spec, files): Promise<DataSet> {
    const { labels: labelDir, lists: listDir } = spec.options;
    if (!labelDir) throw new DataError(`no labels, should be ${folder.usage}`, spec.text);
    const unlabelled = labelDir === NO_LABELS;
    const head = await headOf(spec, files, null);
    const names = new Map<string, string>();
    for (const name of await files.list(spec.source)) {
      const id = PICTURE.exec(name)?.[1];
      if (id === undefined) continue;
      const other = names.get(id);
      if (other) throw new DataError(`${other} and ${name}, should be one picture a name`, spec.source);
      names.set(id, name);
    }
    if (names.size === 0) throw new DataError('no PNG or JPEG files, should be pictures', spec.source);
    const all: SplitLists = { splits: ['all'], ids: async () => [...names.keys()] };
    const { splits, ids } = listDir ? await splitLists(files, listDir) : all;
    return {
      name: spec.layout,
      inputs: [{ name: 'data', channels: 3, preprocess: FCN_PREPROCESS }],
      heads: [head],
      unlabelled,
      splits,
      ids,
      async load(id) {
        const name = names.get(id);
        if (!name) throw new DataError(`no picture "${id}", should be as the list says`, spec.source);
        const picture = await readImage(files, join(spec.source, name));
        const path = unlabelled ? null : join(labelDir, `${id}.png`);
        const labels = await fileLabels(files, path, picture, head);
        return { id, h: picture.height, w: picture.width, pictures: [picture], labels: [labels] };
      },
    };
  },
};
