import { expect } from 'chai';
import { inputValues } from '../../src/data/dataset.js';
import { openDataSet } from '../../src/data/open.js';
import { ShapeError } from '../../src/errors.js';
import type { RgbaImage } from '../../src/image/image.js';
import { countLabels, emptyConfusion } from '../../src/metrics/confusion.js';
import { labelsAtResolution } from '../../src/metrics/resolution.js';
import { type Scores, scores } from '../../src/metrics/scores.js';
import { GEOMETRY, GEOMETRY_OF, LABEL, SCENE_CLASSES, scenePalette } from '../../src/scenes/classes.js';
import { type Scene, scene } from '../../src/scenes/scene.js';
import { MemoryFiles, refusalOf } from '../data_files.js';
import { fitLinear } from '../linear_classifier.js';
import { random } from '../random.js';

const SIDE = 128;
const AREA = SIDE * SIDE;
const CLASSES = SCENE_CLASSES.length;

/** Colour and place of a pixel. */
const FEATURES = 5;
function featuresOf({ rgba, w }: Scene, pixel: number, into: Float64Array, at: number): void {
  for (let c = 0; c < 3; c++) into[at + c] = rgba[4 * pixel + c]!;
  into[at + 3] = pixel % w;
  into[at + 4] = Math.floor(pixel / w);
}

/** Pixels drawn from scenes, the same number of each. */
function drawn(list: readonly Scene[], each: number, seed: number) {
  const places = random(list.length * each, seed);
  const features = new Float64Array(list.length * each * FEATURES);
  const labels = new Uint8Array(list.length * each);
  for (const i of labels.keys()) {
    const one = list[Math.floor(i / each)]!;
    const pixel = Math.floor(((places[i]! + 1) / 2) * AREA);
    featuresOf(one, pixel, features, i * FEATURES);
    labels[i] = one.labels[pixel]!;
  }
  return { features, labels };
}

function scoresOf(truth: ArrayLike<number>, labels: ArrayLike<number>): Scores {
  const confusion = emptyConfusion(CLASSES);
  countLabels(confusion, truth, labels);
  return scores(confusion);
}

/** Class shares of all scenes; the best mean IU of linear classifiers of colour and place; bounds by resolution. */
function measure(list: readonly Scene[], each: number, steps: number) {
  const shares = new Float64Array(CLASSES);
  for (const { labels } of list) for (const label of labels) shares[label]! += 1 / (list.length * AREA);
  const half = list.length / 2;
  const train = drawn(list.slice(0, half), each, 1);
  const test = drawn(list.slice(half), each, 2);
  const linear = [0, 0.5, 1].map((power) => {
    const weights = Array.from(shares, (share) => share ** -power);
    const fit = fitLinear(train.features, train.labels, CLASSES, weights, steps);
    const found = scoresOf(test.labels, fit.classify(test.features, test.labels.length));
    return { gradient: fit.gradient, ...found };
  });
  const bound = (factor: number): number => {
    const confusion = emptyConfusion(CLASSES);
    const size = { h: SIDE, w: SIDE };
    for (const { labels } of list.slice(0, 25))
      countLabels(confusion, labels, labelsAtResolution(labels, size, factor, { classes: CLASSES }));
    return scores(confusion).meanIU!;
  };
  return { shares, linear, bounds: { 8: bound(8), 32: bound(32) } };
}

function expectTestBed({ shares, linear, bounds }: ReturnType<typeof measure>): void {
  for (const [label, name] of SCENE_CLASSES.entries()) expect(shares[label], name).to.be.within(0.002, 0.4);
  // As skewed as real data: a few classes hold most pixels, and thin ones hardly any.
  expect(Math.max(...shares) / Math.min(...shares)).to.be.greaterThan(10);
  for (const fit of linear) {
    expect(fit.gradient).to.be.lessThan(1e-3);
    expect(fit.meanIU).to.be.lessThan(0.35);
  }
  // What colour and place do tell is found: more than a guess of the class that is most frequent.
  expect(linear[0]!.pixelAcc).to.be.greaterThan(Math.max(...shares) + 0.15);
  expect(bounds[8] - bounds[32]).to.be.greaterThan(0.15);
  expect(bounds[8]).to.be.greaterThan(0.65);
}

describe('scenes', () => {
  let list: readonly Scene[];
  before(() => {
    list = Array.from({ length: 200 }, (_, i) => scene(1, i, SIDE, SIDE));
  });

  it('have at least 10 classes of any size, no colour or place that gives them away, and thin things', () => {
    expect(CLASSES).to.be.at.least(10);
    expectTestBed(measure(list, 60, 100));
  });

  it('hold each class in many scenes, and many classes in most', () => {
    const held = list.map(({ labels }) => new Set(labels));
    for (const [label, name] of SCENE_CLASSES.entries())
      expect(held.filter((own) => own.has(label)).length, name).to.be.greaterThan(40);
    const counts = held.map((own) => own.size).toSorted((a, b) => a - b);
    expect(counts[100]).to.be.at.least(8);
  });

  it('have depth, geometry and labels of one world', () => {
    for (const { labels, geometry, fullDepth, depth, h, w, intrinsics } of list.slice(0, 20)) {
      expect(geometry).to.deep.equal(labels.map((label) => GEOMETRY_OF[label]!));
      expect(labels.every((label, i) => label !== LABEL.sky || fullDepth[i] === 65535)).to.equal(true);
      const seen = depth.filter((mm) => mm > 0).length;
      expect(seen / (h * w)).to.be.within(0.1, 0.97);
      expect(intrinsics.cx).to.equal((w + 1) / 2);
      // Points of the ground lie in one plane: n . (X, Y, Z) is the camera's height everywhere.
      const points: [number, number, number][] = [];
      for (let pixel = 0; pixel < h * w; pixel += 7) {
        const z = fullDepth[pixel]! / 1000;
        const { fx, fy, cx, cy } = intrinsics;
        if (geometry[pixel] === 1 && z < 20)
          points.push([(((pixel % w) + 1 - cx) * z) / fx, ((Math.floor(pixel / w) + 1 - cy) * z) / fy, z]);
      }
      if (points.length < 50) continue;
      const [a, b, c] = [points[0]!, points[Math.floor(points.length / 3)]!, points.at(-1)!];
      const n = cross(minus(b, a), minus(c, a));
      const length = Math.hypot(...n);
      if (length < 2) continue;
      const off = (p: readonly number[]) =>
        Math.abs(minus(p, a).reduce((sum, v, i) => sum + v * n[i]!, 0)) / length;
      expect(Math.max(...points.map(off))).to.be.lessThan(0.05);
    }
  });

  it('are the same bits wherever they are made', async () => {
    const bytes = list
      .slice(0, 8)
      .flatMap(({ rgba, labels, depth, fullDepth }) => [
        rgba,
        labels,
        new Uint8Array(Uint16Array.from([...depth, ...fullDepth]).buffer),
      ]);
    const all = new Uint8Array(bytes.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of bytes) {
      all.set(part, at);
      at += part.length;
    }
    expect(await digest(all)).to.equal('5a8c744dce0d0ac8e9457192f360fd80b88740f456b1542abc4407a993794e07');
    expect(scene(1, 5, SIDE, SIDE)).to.deep.equal(list[5]);
  });

  it('differ by seed and index, and are the same place at another size', () => {
    expect(scene(2, 0, SIDE, SIDE).rgba).to.not.deep.equal(list[0]!.rgba);
    expect(list[1]!.labels).to.not.deep.equal(list[0]!.labels);
    const large = scene(1, 3, 2 * SIDE, 2 * SIDE);
    let same = 0;
    for (let pixel = 0; pixel < AREA; pixel++) {
      const at = 2 * Math.floor(pixel / SIDE) * 2 * SIDE + 2 * (pixel % SIDE);
      if (large.labels[at] === list[3]!.labels[pixel]) same++;
    }
    expect(same / AREA).to.be.greaterThan(0.85);
    expect(scene(3, 7, 48, 200).labels).to.have.length(9600);
  });

  it('have a colour for each class, no two alike', () => {
    const palette = scenePalette();
    const colours = SCENE_CLASSES.map((_, label) => palette.subarray(4 * label, 4 * label + 3).join());
    expect(new Set(colours).size).to.equal(CLASSES);
  });

  it('refuse seeds and sizes that are none', () => {
    expect(() => scene(-1, 0, 64, 64)).to.throw(
      ShapeError,
      'scene: seed -1, should be a whole number from 0',
    );
    expect(() => scene(1, 0.5, 64, 64)).to.throw(ShapeError, 'scene: index 0.5');
    expect(() => scene(1, 0, 8, 64)).to.throw(ShapeError, 'scene: 8 x 64 pixels, should be at least 16 x 16');
  });
});

describe('scenes, many of them', () => {
  it('keep all that over 1000 (long)', function () {
    this.timeout(600_000);
    const list = Array.from({ length: 1000 }, (_, i) => scene(77, i, SIDE, SIDE));
    expectTestBed(measure(list, 100, 250));
  });
});

describe('scenes as a data set', () => {
  const files = new MemoryFiles({});

  it('have a split to train on and one of other scenes, and load by id', async () => {
    const data = await openDataSet('scenes:1,10,32x48', files);
    expect(data.splits).to.deep.equal(['train', 'val']);
    const [train, val] = [await data.ids('train'), await data.ids('val')];
    expect([train.length, val.length]).to.deep.equal([10, 3]);
    expect(train.filter((id) => val.includes(id))).to.deep.equal([]);
    const sample = await data.load(train[4]!);
    const wanted = scene(1, 4, 32, 48);
    expect([sample.h, sample.w]).to.deep.equal([32, 48]);
    expect(sample.pictures).to.deep.equal([{ width: 48, height: 32, rgba: wanted.rgba }]);
    expect(sample.labels).to.deep.equal([wanted.labels]);
    expect(data.heads).to.deep.equal([{ suffix: '', names: SCENE_CLASSES, ignore: 255 }]);
  });

  it('give depth beside colour, and geometry beside classes', async () => {
    const data = await openDataSet('scenes:1,2,32x32,kind=color-depth,heads=sem-geo', files);
    expect(data.inputs.map(({ name, channels }) => [name, channels])).to.deep.equal([
      ['color', 3],
      ['depth', 1],
    ]);
    expect(data.heads.map(({ suffix }) => suffix)).to.deep.equal(['_sem', '_geo']);
    const { pictures, labels } = await data.load('1');
    const wanted = scene(1, 1, 32, 32);
    const depth = pictures[1]!;
    expect('values' in depth && depth.values[700]).to.be.closeTo(
      Math.log(wanted.fullDepth[700]!) - 9.67,
      1e-6,
    );
    expect(labels).to.deep.equal([wanted.labels, wanted.geometry]);
  });

  it('give HHA by the encoder: a ground that lies flat and low, walls that stand', async () => {
    const data = await openDataSet('scenes:1,8,64x96,kind=color-hha', files);
    expect(data.inputs.map(({ name, channels }) => [name, channels])).to.deep.equal([
      ['color', 3],
      ['hha', 3],
    ]);
    const angles: Record<string, number[]> = { horizontal: [], vertical: [] };
    for (const id of await data.ids('train')) {
      const { pictures } = await data.load(id);
      const wanted = scene(1, Number(id), 64, 96);
      const hha = pictures[1] as RgbaImage;
      for (const [pixel, label] of wanted.geometry.entries())
        if (wanted.depth[pixel]! > 0 && wanted.depth[pixel]! < 15_000)
          angles[GEOMETRY[label]!]?.push(hha.rgba[4 * pixel + 2]! - 38);
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;
    expect(median(angles.horizontal!)).to.be.within(0, 10);
    expect(median(angles.vertical!)).to.be.within(75, 105);
  });

  for (const [spec, message] of [
    ['scenes:1,10', '"1,10", should be SEED,COUNT,HxW as in 1,500,128x128'],
    ['scenes:1,0,32x32', '0 scenes, should be 1 to 1000000'],
    ['scenes:1,1,8x32', 'scenes of 8 x 32 pixels, should be at least 16 x 16'],
    ['scenes:1,1,32x32,kind=hue', 'kind=hue, should be one of color, depth, hha, color-depth, color-hha'],
    ['scenes:1,1,32x32,heads=all', 'heads=all, should be one of sem, geo, sem-geo'],
  ] as const)
    it(`refuse ${spec}`, async () => {
      expect((await refusalOf(spec, files)).message).to.contain(`${spec}: ${message}`);
    });
});

describe('crops of scenes as a data set', () => {
  const files = new MemoryFiles({});

  it('have a label each, of the pixel at their centre, and equally many of each class', async () => {
    const data = await openDataSet('scene-crops:1,36,48x64,crop=20', files);
    const [train, val] = [await data.ids('train'), await data.ids('val')];
    expect([train.length, val.length]).to.deep.equal([36, 9]);
    const counts = new Array<number>(CLASSES).fill(0);
    let outside = 0;
    for (const [i, id] of train.entries()) {
      const { h, w, pictures, labels } = await data.load(id);
      expect([h, w, labels.length, labels[0]!.length]).to.deep.equal([20, 20, 1, 1]);
      const { rgba } = pictures[0] as RgbaImage;
      counts[labels[0]![0]!]!++;
      // The crop is a window of one of the next scenes, whose pixel there has that label.
      const place = placeIn(rgba, i, labels[0]![0]!);
      expect(place, id).to.not.equal(null);
      outside += place!.outside;
    }
    expect(counts).to.deep.equal(new Array(CLASSES).fill(3));
    expect(outside).to.be.greaterThan(0);
  });

  it('come again, differ by seed, and those of val are of its scenes', async () => {
    const open = (seed: number) => openDataSet(`scene-crops:${seed},24,32x32`, files);
    const first = await (await open(1)).load('7');
    expect(first).to.deep.equal(await (await open(1)).load('7'));
    expect([first.h, first.w]).to.deep.equal([96, 96]);
    expect(first).to.not.deep.equal(await (await open(2)).load('7'));
    const { pictures, labels } = await (await openDataSet('scene-crops:1,24,48x64,crop=20', files)).load(
      '1000000',
    );
    const place = placeIn((pictures[0] as RgbaImage).rgba, 1_000_000, labels[0]![0]!);
    expect(place).to.not.equal(null);
  });

  it('are 0 outside, but for what a byte cannot say', async () => {
    const data = await openDataSet('scene-crops:1,24,16x16,crop=80', files);
    const { pictures } = await data.load('3');
    const values = inputValues(pictures[0]!, data.inputs[0]!);
    for (let c = 0; c < 3; c++) expect(Math.abs(values[c * 6400]!)).to.be.below(0.501 / 60);
  });

  for (const [spec, message] of [
    ['scene-crops:1,10', '"1,10", should be SEED,COUNT,HxW as in 1,500,128x128'],
    ['scene-crops:1,10,32x32,crop=0', 'crop=0, should be a whole number of 1 to 1024'],
    ['scene-crops:1,10,32x32,kind=hha', 'unknown option kind, should be scene-crops:SEED,COUNT,HxW'],
  ] as const)
    it(`refuse ${spec}`, async () => {
      expect((await refusalOf(spec, files)).message).to.contain(`${spec}: ${message}`);
    });
});

/**
 * Where a crop of 20 x 20 pixels lies in one of the 30 scenes of 48 x 64 from `index` on: with the label at its
 * centre, and every pixel equal that both have. Null for nowhere.
 */
function placeIn(rgba: Uint8Array, index: number, label: number): { outside: number } | null {
  const [h, w, side] = [48, 64, 20];
  for (let i = index; i < index + 30; i++) {
    const made = scene(1, i, h, w);
    for (const [pixel, found] of made.labels.entries()) {
      if (found !== label) continue;
      const [top, left] = [Math.floor(pixel / w) - side / 2, (pixel % w) - side / 2];
      let outside = 0;
      const same = Array.from({ length: side * side }, (_, k) => k).every((k) => {
        const [y, x] = [top + Math.floor(k / side), left + (k % side)];
        if (y < 0 || y >= h || x < 0 || x >= w) return ++outside;
        return [0, 1, 2].every((c) => rgba[4 * k + c] === made.rgba[4 * (y * w + x) + c]);
      });
      if (same) return { outside };
    }
  }
  return null;
}

const minus = (a: readonly number[], b: readonly number[]) => a.map((v, i) => v - b[i]!);
const cross = ([a = 0, b = 0, c = 0]: readonly number[], [d = 0, e = 0, f = 0]: readonly number[]) => [
  b * f - c * e,
  c * d - a * f,
  a * e - b * d,
];

/** SHA-256 in hexadecimal digits. */
const digest = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
