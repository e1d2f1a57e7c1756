import { DataError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import { decodeGrey16 } from '../image/png.js';
import type { DataSet, PlanarImage } from './dataset.js';
import { type DataFiles, join, parseFile, readImage, splitLists } from './files.js';
import { fromOne, headLabels, readMatLabels } from './labels.js';
import { openNyudMat } from './nyud_mat.js';
import { KINDS, logDepth, NYUD_HEAD, nyudInputs, nyudSample } from './nyud_parts.js';
import type { DataLayout } from './spec.js';

const FOLDERS: Readonly<Record<string, string>> = { color: 'images', depth: 'depth', hha: 'hha' };

const readPicture = (files: DataFiles, kind: string, path: string): Promise<RgbaImage | PlanarImage> =>
  kind === 'depth'
    ? parseFile(files, path, (bytes) => logDepth(decodeGrey16(bytes), path))
    : readImage(files, path);

/**
 * NYUDv2 as the FCN authors prepared it: `data/images`, `data/depth` (16 bits, millimetres, filled in) and
 * `data/hha` with `img_ID.png`, `segmentation/img_ID.mat` with `segmentation`, `SPLIT.txt`; or the one file in
 * which the data set was published.
 */
export const nyud: DataLayout = {
  usage: `nyud:DIR|FILE.mat[,kind=${KINDS.join('|')}]; with FILE.mat map=FILE[,splits=FILE]`,
  options: ['kind', 'map', 'splits'],
  async open(spec, files): Promise<DataSet> {
    if (/\.mat$/i.test(spec.source)) return openNyudMat(spec, files, nyudInputs(spec));
    const dir = spec.source;
    for (const key of ['map', 'splits'])
      if (key in spec.options)
        throw new DataError(`${key} without FILE.mat, should be ${nyud.usage}`, spec.text);
    const { kinds, inputs } = nyudInputs(spec);
    return {
      name: spec.layout,
      inputs,
      heads: [NYUD_HEAD],
      ...(await splitLists(files, dir)),
      async load(id) {
        const paths = kinds.map((kind) => join(dir, 'data', FOLDERS[kind]!, `img_${id}.png`));
        const pictures = [];
        for (const [i, kind] of kinds.entries()) pictures.push(await readPicture(files, kind, paths[i]!));
        const path = join(dir, 'segmentation', `img_${id}.mat`);
        const raw = await readMatLabels(files, path, 'segmentation');
        return nyudSample(id, pictures, paths, (size) =>
          headLabels(raw, size, NYUD_HEAD, path, fromOne(NYUD_HEAD)),
        );
      },
    };
  },
};
