import { DataError, UnsupportedError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import type { DataInput, DataSet, PlanarImage } from './dataset.js';
import { type ArraySlice, type DataFiles, parseFile, type SplitLists } from './files.js';
import { NYU_CROP } from './hha/camera.js';
import { hhaImage, hhaMaps } from './hha/hha.js';
import { fromOne, headLabels } from './labels.js';
import { readMatVariable } from './mat5/read.js';
import { logDepth, NYUD_HEAD, nyudSample } from './nyud_parts.js';
import type { DataSpec } from './spec.js';

/** Ids are the picture's number, from 1, and this. */
const FIRST_ID = 5000;

/** The file's classes that a mapping brings to 40. */
const FILE_CLASSES = 894;

/** The size of the file's pictures; they lie by columns. */
const [COLUMNS, ROWS] = [640, 480];

/** The numbers of a vector of a MATLAB file of version 5 to 7. */
const readVector = (files: DataFiles, path: string, name: string): Promise<number[]> =>
  parseFile(files, path, async (bytes) => {
    const value = await readMatVariable(bytes, name);
    if (value.kind !== 'numbers') throw new DataError(`${name} of ${value.kind}, should be numbers`, path);
    return [...value.data];
  });

/** The lists of the file of `splits`, numbers of pictures from 1; every picture as `all` without. */
async function listsOf({ options }: DataSpec, files: DataFiles, count: number): Promise<SplitLists> {
  const { splits: path } = options;
  const all = Array.from({ length: count }, (_, i) => i + 1);
  const lists: Record<string, readonly number[]> = path
    ? {
        trainval: await readVector(files, path, 'trainNdxs'),
        test: await readVector(files, path, 'testNdxs'),
      }
    : { all };
  return {
    splits: Object.keys(lists),
    async ids(split) {
      const found = Object.hasOwn(lists, split) ? lists[split]! : undefined;
      if (!found)
        throw new DataError(`no split "${split}", should be ${Object.keys(lists).join(' or ')}`, path ?? '');
      return found.map((number) => `${FIRST_ID + number}`);
    },
  };
}

/** What the crop keeps of channel `c` of a picture that lies by columns, [C, 640, 480], in rows. */
function cropped<T>({ data }: ArraySlice, c: number, value: (stored: number) => T): T[] {
  const { x, y, width, height } = NYU_CROP;
  return Array.from({ length: width * height }, (_, i) => {
    const [column, row] = [x + (i % width), y + Math.floor(i / width)];
    return value(data[(c * COLUMNS + column) * ROWS + row]!);
  });
}

const size = { width: NYU_CROP.width, height: NYU_CROP.height };

/** Metres as 16-bit millimetres. */
const millimetres = (slice: ArraySlice) => ({
  ...size,
  values: Uint16Array.from(
    cropped(slice, 0, (m) => Math.min(Math.max(Math.floor(1000 * m + 0.5), 0), 65535)),
  ),
});

/**
 * NYUDv2 from `nyu_depth_v2_labeled.mat`, as it was published, cut to 560 x 425 pixels. `map` is Gupta's
 * `classMapping40.mat` with `mapClass`, from the file's 894 classes to 40; `splits` is `splits.mat`. HHA is
 * encoded anew at each load.
 */
export async function openNyudMat(
  spec: DataSpec,
  files: DataFiles,
  { kinds, inputs }: { kinds: readonly string[]; inputs: DataInput[] },
): Promise<DataSet> {
  const { source: path, options, text } = spec;
  if (!options.map) throw new DataError('no mapping of classes, should have map=FILE', text);
  const { slice } = files;
  if (!slice) throw new UnsupportedError(`${path}: an HDF5 file, which is read from a disk alone`);
  const { dims } = await slice(path, 'images', [[0, 0]]);
  const [count = 0, ...picture] = dims;
  if (`${picture}` !== `3,${COLUMNS},${ROWS}`)
    throw new DataError(`images of [${dims}], should be [N,3,${COLUMNS},${ROWS}]`, path);
  const map = await readVector(files, options.map, 'mapClass');
  if (map.length !== FILE_CLASSES)
    throw new DataError(`mapClass of ${map.length} classes, should be of ${FILE_CLASSES}`, options.map);

  async function plane(array: string, index: number): Promise<ArraySlice> {
    const part = await slice!(path, array, [[index, index + 1]]);
    if (`${part.dims}` !== `${[count, COLUMNS, ROWS]}`)
      throw new DataError(`${array} of [${part.dims}], should be [${count},${COLUMNS},${ROWS}]`, path);
    return part;
  }
  const readers: Readonly<Record<string, (index: number) => Promise<RgbaImage | PlanarImage>>> = {
    async color(index) {
      const found = await slice!(path, 'images', [[index, index + 1]]);
      const [r, g, b] = [0, 1, 2].map((c) => cropped(found, c, (value) => value));
      const rgba = Uint8Array.from({ length: 4 * r!.length }, (_, i) => [r, g, b][i & 3]?.[i >> 2] ?? 255);
      return { ...size, rgba };
    },
    depth: async (index) => logDepth(millimetres(await plane('depths', index)), path),
    async hha(index) {
      const depth = millimetres(await plane('depths', index));
      return hhaImage(depth, hhaMaps(depth, millimetres(await plane('rawDepths', index))));
    },
  };
  return {
    name: spec.layout,
    inputs,
    heads: [NYUD_HEAD],
    ...(await listsOf(spec, files, count)),
    async load(id) {
      const index = Number(id) - FIRST_ID - 1;
      if (!(Number.isInteger(index) && index >= 0 && index < count))
        throw new DataError(`no picture ${id}, should be ${FIRST_ID + 1} to ${FIRST_ID + count}`, path);
      const pictures = [];
      for (const kind of kinds) pictures.push(await readers[kind]!(index));
      const raw = { ...size, labels: cropped(await plane('labels', index), 0, (label) => label) };
      const to40 = fromOne(NYUD_HEAD);
      const labels = (picture: RgbaImage | PlanarImage) =>
        headLabels(raw, picture, NYUD_HEAD, path, (label) =>
          label === 0 ? to40(0) : to40(map[label - 1] ?? -1),
        );
      return nyudSample(
        id,
        pictures,
        kinds.map(() => path),
        labels,
      );
    },
  };
}
