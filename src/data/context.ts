import { DataError } from '../errors.js';
import { CONTEXT_LABELS } from './classes.js';
import type { DataSet } from './dataset.js';
import { type DataFiles, join, readImage, readLines, splitLists } from './files.js';
import { headLabels, readMatLabels } from './labels.js';
import type { DataLayout } from './spec.js';

/** Labels on the disk: 1 to 459, and 0 where there is none. */
const LABELS = 459;

const OUTPUTS = new Map([...CONTEXT_LABELS.values()].map((label, i) => [label, i + 1]));

/** From a label of 459 to the 59 that count and 0, the background. */
const output = (label: number): number =>
  label >= 0 && label <= LABELS ? (OUTPUTS.get(label) ?? 0) : Number.NaN;

/** Its `labels.txt` has lines `LABEL: NAME`; the 59 labels must be those that this project knows. */
async function checkNames(files: DataFiles, path: string): Promise<void> {
  const names = new Map(
    (await readLines(files, path)).map((line) => {
      const [, label, name = ''] = /^(\d+)\s*:(.*)$/.exec(line) ?? [];
      return [Number(label), name.replaceAll(' ', '')];
    }),
  );
  for (const [name, label] of CONTEXT_LABELS)
    if (names.get(label) !== name)
      throw new DataError(`label ${label} is "${names.get(label)}", should be "${name}"`, path);
}

/**
 * PASCAL-Context (Mottaghi et al. 2014): the pictures and lists of VOC2010 (`JPEGImages/ID.jpg`,
 * `ImageSets/Main/train.txt`, `val.txt`; the folder or the one around it), and a folder with `labels.txt` and
 * `trainval/ID.mat` with 459 labels in `LabelMap`. 59 classes count; the background, 0, is a class too.
 */
export const context: DataLayout = {
  usage: 'context:VOCDIR,context=DIR',
  options: ['context'],
  async open(spec, files): Promise<DataSet> {
    const { context: dir } = spec.options;
    if (!dir) throw new DataError(`no labels, should be ${context.usage}`, spec.text);
    const around = (await files.list(spec.source)).includes('VOC2010');
    const voc = around ? join(spec.source, 'VOC2010') : spec.source;
    await checkNames(files, join(dir, 'labels.txt'));
    const head = { suffix: '', names: ['background', ...CONTEXT_LABELS.keys()], ignore: 255 };
    const lists = await splitLists(files, join(voc, 'ImageSets/Main'), (name) =>
      ['train', 'val', 'trainval'].includes(name),
    );
    return {
      name: spec.layout,
      inputs: [
        { name: 'data', channels: 3, preprocess: { order: 'bgr', mean: [104.007, 116.669, 122.679] } },
      ],
      heads: [head],
      ...lists,
      async load(id) {
        const picture = await readImage(files, join(voc, 'JPEGImages', `${id}.jpg`));
        const path = join(dir, 'trainval', `${id}.mat`);
        const labels = headLabels(await readMatLabels(files, path, 'LabelMap'), picture, head, path, output);
        return { id, h: picture.height, w: picture.width, pictures: [picture], labels: [labels] };
      },
    };
  },
};
