import { DataError } from '../errors.js';
import type { RgbaImage } from '../image/image.js';
import type { Preprocess } from '../ops/image.js';
import { GEOMETRY, SCENE_CLASSES } from '../scenes/classes.js';
import { type Scene, scene } from '../scenes/scene.js';
import type { DataInput, DataSet, PlanarImage } from './dataset.js';
import { hhaImage, hhaMaps } from './hha/hha.js';
import type { DataLayout, DataSpec } from './spec.js';

const STD = [60, 60, 60];
/** What nets take that learn from nothing else: means over scenes, and values of about 1. */
export const COLOR: Preprocess = { order: 'bgr', mean: [107.4, 113.5, 115.6], std: STD };
const PREPROCESS: Readonly<Record<string, Preprocess | null>> = {
  color: COLOR,
  hha: { order: 'rgb', mean: [34.7, 182.5, 123.3], std: STD },
  depth: null,
};
/** Of the natural logarithm of depth in millimetres. */
const LOG_DEPTH_MEAN = 9.67;

/** Index of the first scene of the split `val`: none of them is ever trained on, whatever the count. */
export const VAL_FIRST = 1_000_000;
/** Scenes to train on for each one to validate on. */
const VAL_SHARE = 4;

const KINDS = ['color', 'depth', 'hha', 'color-depth', 'color-hha'];
const HEADS = ['sem', 'geo', 'sem-geo'];

/** Scenes of the seed, count and size that a spec names. */
export interface SceneSpec {
  readonly seed: number;
  readonly count: number;
  readonly h: number;
  readonly w: number;
}

/** `SEED,COUNT,HxW` taken apart. */
export function parseScenes(source: string, text: string): SceneSpec {
  const match = /^(\d{1,9}),(\d{1,7}),(\d{1,5})x(\d{1,5})$/.exec(source);
  const [seed = 0, count = 0, h = 0, w = 0] = match?.slice(1).map(Number) ?? [];
  if (!match) throw new DataError(`"${source}", should be SEED,COUNT,HxW as in 1,500,128x128`, text);
  if (count < 1 || count > VAL_FIRST)
    throw new DataError(`${count} scenes, should be 1 to ${VAL_FIRST}`, text);
  if (Math.min(h, w) < 16)
    throw new DataError(`scenes of ${h} x ${w} pixels, should be at least 16 x 16`, text);
  return { seed, count, h, w };
}

/** Indices of the scenes of each split. */
export const sceneSplits = ({ count }: SceneSpec): Readonly<Record<'train' | 'val', readonly number[]>> => ({
  train: Array.from({ length: count }, (_, i) => i),
  val: Array.from({ length: Math.ceil(count / VAL_SHARE) }, (_, i) => VAL_FIRST + i),
});

/** The splits of a data set of scenes, and the ids of each. */
export function sceneIds(wanted: SceneSpec, text: string): Pick<DataSet, 'splits' | 'ids'> {
  const splits: Readonly<Record<string, readonly number[]>> = sceneSplits(wanted);
  return {
    splits: Object.keys(splits),
    async ids(split) {
      const found = Object.hasOwn(splits, split) ? splits[split] : undefined;
      if (!found) throw new DataError(`no split "${split}", should be train or val`, text);
      return found.map(String);
    },
  };
}

/** The logarithm of the full depth, as nets for NYUDv2 take it. */
const depthOf = ({ h, w, fullDepth }: Scene): PlanarImage => ({
  width: w,
  height: h,
  channels: 1,
  values: Float32Array.from(fullDepth, (mm) => Math.log(mm) - LOG_DEPTH_MEAN),
});

/** Depth as the project's own encoder writes it, from what was measured and from it with its holes filled in. */
function hhaOf({ h, w, fullDepth, depth, intrinsics }: Scene): RgbaImage {
  const full = { width: w, height: h, values: fullDepth };
  return hhaImage(full, hhaMaps(full, { ...full, values: depth }, { intrinsics }));
}

const PICTURES: Readonly<Record<string, (made: Scene) => RgbaImage | PlanarImage>> = {
  color: ({ h, w, rgba }) => ({ width: w, height: h, rgba }),
  depth: depthOf,
  hha: hhaOf,
};

function choice({ options, text }: DataSpec, key: string, list: readonly string[]): readonly string[] {
  const value = options[key] ?? list[0]!;
  if (!list.includes(value))
    throw new DataError(`${key}=${value}, should be one of ${list.join(', ')}`, text);
  return value.split('-');
}

/**
 * Generated scenes, made anew at each load: COUNT of a seed as `train`, a quarter as many others as `val`.
 * `kind` says what a net is fed, `heads` what it learns: classes, geometric labels or both.
 */
export const scenes: DataLayout = {
  usage: `scenes:SEED,COUNT,HxW[,kind=${KINDS.join('|')}][,heads=${HEADS.join('|')}]`,
  options: ['kind', 'heads'],
  async open(spec): Promise<DataSet> {
    const wanted = parseScenes(spec.source, spec.text);
    const kinds = choice(spec, 'kind', KINDS);
    const heads = choice(spec, 'heads', HEADS);
    const name = (kind: string) => (kinds.length > 1 ? kind : 'data');
    return {
      name: spec.layout,
      inputs: kinds.map((kind): DataInput => {
        const preprocess = PREPROCESS[kind] ?? null;
        return { name: name(kind), channels: preprocess?.mean.length ?? 1, preprocess };
      }),
      heads: heads.map((head) => ({
        suffix: heads.length > 1 ? `_${head}` : '',
        names: head === 'sem' ? SCENE_CLASSES : GEOMETRY,
        ignore: 255,
      })),
      ...sceneIds(wanted, spec.text),
      async load(id) {
        if (!/^\d{1,7}$/.test(id)) throw new DataError(`no scene "${id}", should be its index`, spec.text);
        const made = scene(wanted.seed, Number(id), wanted.h, wanted.w);
        const { h, w } = made;
        return {
          id,
          h,
          w,
          pictures: kinds.map((kind) => PICTURES[kind]!(made)),
          labels: heads.map((head) => (head === 'sem' ? made.labels : made.geometry)),
        };
      },
    };
  },
};
