import { DataError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import { SCENE_CLASSES } from '../scenes/classes.js';
import { Random, subkey } from '../scenes/random.js';
import { type Scene, scene } from '../scenes/scene.js';
import type { DataSet } from './dataset.js';
import { COLOR, parseScenes, type SceneSpec, sceneIds, VAL_FIRST } from './scenes.js';
import { type DataLayout, integerOption } from './spec.js';

/** Side of a crop, in pixels: what the classifier of the small trunk takes. */
const SIDE = 96;

/** Scenes to look through for one of a class. The rarest is in two of five. */
const MOST_SCENES = 1000;

/** Tells what is drawn of a crop from what is drawn of its scene. */
const STREAM = 0xc209;

/** A pixel of a scene. */
interface Place {
  readonly made: Scene;
  readonly y: number;
  readonly x: number;
}

/**
 * The pixel that crop `index` shows: its class is `index` modulo the classes, so that a data set has as many of each,
 * and it is any of that class, alike likely, in the first scene from `index` on that has one.
 */
function placeOf({ seed, h, w }: SceneSpec, index: number, text: string): Place {
  const label = index % SCENE_CLASSES.length;
  const first = index < VAL_FIRST ? 0 : VAL_FIRST;
  const random = new Random(subkey(subkey(seed, STREAM), index));
  for (let i = 0; i < MOST_SCENES; i++) {
    const made = scene(seed, first + ((index - first + i) % VAL_FIRST), h, w);
    const pixels = [...made.labels.keys()].filter((pixel) => made.labels[pixel] === label);
    if (pixels.length === 0) continue;
    const pixel = random.pick(pixels);
    return { made, y: Math.floor(pixel / w), x: pixel % w };
  }
  throw new DataError(`no ${SCENE_CLASSES[label]} in ${MOST_SCENES} scenes of ${h} x ${w} pixels`, text);
}

/** `side` x `side` pixels with the place at row and column floor(side / 2); the mean colour where there is no scene. */
function cropAround({ made, y, x }: Place, side: number): RgbaImage {
  const rgba = new Uint8Array(4 * side * side);
  const [b = 0, g = 0, r = 0] = COLOR.mean.map(Math.round);
  const [top, left] = [y - Math.floor(side / 2), x - Math.floor(side / 2)];
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) {
      const [from, to] = [(top + row) * made.w + left + column, row * side + column];
      const inside = top + row >= 0 && top + row < made.h && left + column >= 0 && left + column < made.w;
      rgba.set(inside ? made.rgba.subarray(4 * from, 4 * from + 4) : [r, g, b, 255], 4 * to);
    }
  return { width: side, height: side, rgba };
}

/**
 * Crops of generated scenes to train a classifier on: each has one label, the class of the pixel at its centre, and
 * there are equally many of each class. Crops of `train` and of `val` are of scenes of those splits.
 */
export const sceneCrops: DataLayout = {
  usage: 'scene-crops:SEED,COUNT,HxW[,crop=PIXELS]',
  options: ['crop'],
  async open(spec): Promise<DataSet> {
    const wanted = parseScenes(spec.source, spec.text);
    const side = integerOption(spec, 'crop', 1, 1024) ?? SIDE;
    return {
      name: spec.layout,
      inputs: [{ name: 'data', channels: 3, preprocess: COLOR }],
      heads: [{ suffix: '', names: SCENE_CLASSES, ignore: 255 }],
      ...sceneIds(wanted, spec.text),
      async load(id) {
        if (!/^\d{1,7}$/.test(id)) throw new DataError(`no crop "${id}", should be its index`, spec.text);
        const place = placeOf(wanted, Number(id), spec.text);
        const { made, y, x } = place;
        const labels = [Uint8Array.of(made.labels[y * made.w + x]!)];
        return { id, h: side, w: side, pictures: [cropAround(place, side)], labels };
      },
    };
  },
};
