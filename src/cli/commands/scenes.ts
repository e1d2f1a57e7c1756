import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseScenes, type SceneSpec, sceneSplits } from '../../data/scenes.js';
import { vocPalette } from '../../image/palette.js';
import { encodeGrey16, encodeLabels, encodePng } from '../../image/png.js';
import { GEOMETRY, SCENE_CLASSES } from '../../scenes/classes.js';
import { type Scene, scene } from '../../scenes/scene.js';
import { sceneSheet } from '../../scenes/sheet.js';
import { command, type Outcome } from '../command.js';
import { table } from '../table.js';
import { writeParts } from '../write_file.js';

const PICTURES = 'PNGImages';
const LABELS = 'SegmentationClass';
const GEOMETRIES = 'GeometryClass';
const DEPTHS = 'Depth';
const FULL_DEPTHS = 'DepthFilled';
const LISTS = 'ImageSets/Segmentation';

/** The files of a scene by folder. */
const filesOf = ({
  h,
  w,
  rgba,
  labels,
  geometry,
  depth,
  fullDepth,
}: Scene): Readonly<Record<string, Uint8Array>> => {
  const size = { width: w, height: h };
  return {
    [PICTURES]: encodePng({ ...size, rgba }),
    [LABELS]: encodeLabels(labels, size, vocPalette()),
    [GEOMETRIES]: encodeLabels(geometry, size, vocPalette()),
    [DEPTHS]: encodeGrey16(depth, size),
    [FULL_DEPTHS]: encodeGrey16(fullDepth, size),
  };
};

const text = (value: string) => [new TextEncoder().encode(value)];

/** Scenes of a sheet, and how many stand side by side. */
const SHEET = { scenes: 8, columns: 8 };

async function drawSheet(path: string, spec: SceneSpec, signal: AbortSignal): Promise<Outcome> {
  const list = Array.from({ length: Math.min(SHEET.scenes, spec.count) }, (_, i) =>
    scene(spec.seed, i, spec.h, spec.w),
  );
  await writeParts(path, [encodePng(sceneSheet(list, Math.min(SHEET.columns, list.length)))], signal);
  return {
    text: `${list.length} scenes and their labels in ${path}`,
    json: { sheet: path, scenes: list.length },
  };
}

export const scenes = command({
  name: 'scenes',
  description: 'Writes generated scenes with exact labels, depth and geometry, laid out as PASCAL VOC',
  args: {
    seed: { type: 'string', default: '1', description: 'of the scenes', valueHint: 'S' },
    count: {
      type: 'string',
      default: '100',
      description: 'scenes to train on; a quarter more to validate on',
    },
    size: { type: 'string', default: '128x128', description: 'pixels', valueHint: 'HxW' },
    out: { type: 'string', default: 'scenes', description: 'folder for the files', valueHint: 'DIR' },
    sheet: {
      type: 'string',
      description: 'writes nothing but the first 8 with their labels in one picture',
      valueHint: 'FILE.png',
    },
  },
  async run({ seed, count, size, out, sheet }, tools) {
    const source = `${seed},${count},${size}`;
    const spec = parseScenes(source, `scenes:${source}`);
    if (sheet) return drawSheet(sheet, spec, tools.signal);
    const write = (path: string, parts: Iterable<Uint8Array>) =>
      writeParts(join(out, path), parts, tools.signal);
    for (const folder of [PICTURES, LABELS, GEOMETRIES, DEPTHS, FULL_DEPTHS, LISTS])
      await mkdir(join(out, folder), { recursive: true });
    const splits = sceneSplits(spec);
    const total = splits.train.length + splits.val.length;
    const pixels = new Array<number>(SCENE_CLASSES.length).fill(0);
    const intrinsics: Record<string, Scene['intrinsics']> = {};
    let done = 0;
    for (const index of [...splits.train, ...splits.val]) {
      tools.signal.throwIfAborted();
      tools.progress({ text: `writing ${out}`, done: done++, total });
      const made = scene(spec.seed, index, spec.h, spec.w);
      for (const [folder, bytes] of Object.entries(filesOf(made)))
        await write(join(folder, `${index}.png`), [bytes]);
      for (const label of made.labels) pixels[label]!++;
      intrinsics[index] = made.intrinsics;
    }
    await write('names.txt', text(`${SCENE_CLASSES.join('\n')}\n`));
    await write('geometry.txt', text(`${GEOMETRY.join('\n')}\n`));
    await write('intrinsics.json', text(`${JSON.stringify(intrinsics)}\n`));
    for (const [split, indices] of Object.entries(splits))
      await write(join(LISTS, `${split}.txt`), text(`${indices.join('\n')}\n`));
    const all = total * spec.h * spec.w;
    const shares = Object.fromEntries(SCENE_CLASSES.map((name, label) => [name, pixels[label]! / all]));
    const rows = Object.entries(shares).map(([name, share]) => [name, `${(100 * share).toFixed(2)}%`]);
    return {
      text: [
        `${splits.train.length} scenes to train on and ${splits.val.length} to validate on, ${spec.h} x ${spec.w} pixels, in ${out}`,
        table(rows),
        `read as voc:${out},classes=${SCENE_CLASSES.length},names=${join(out, 'names.txt')}`,
      ].join('\n\n'),
      json: { out, ...spec, train: splits.train.length, val: splits.val.length, shares },
    };
  },
});
