import { expect } from 'chai';
import { toNumber } from '../../src/coords.js';
import { inputValues } from '../../src/data/dataset.js';
import { openDataSet } from '../../src/data/open.js';
import type { Engine } from '../../src/engine/engine.js';
import { fromRgba } from '../../src/engine/image.js';
import { download, free, type Tensor } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { decodeImage } from '../../src/image/decode.js';
import { smallClassifier } from '../../src/nets/small.js';
import { vgg16Classifier } from '../../src/nets/vgg16.js';
import type { Preprocess } from '../../src/ops/image.js';
import { stageOf } from '../../src/train/stages.js';
import { startWeights } from '../../src/train/start.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { type CaffeNet, readNet } from '../../src/weights/caffe/net.js';
import { readNpyF32 } from '../../src/weights/npy.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { extraData, hasExtraData } from '../data.js';
import { MemoryFiles } from '../data_files.js';
import { random } from '../random.js';
import { argmax, softmax } from '../reference/channels.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Whole nets may differ by so much of the largest score. */
const TOLERANCE = 1e-4;

let engine: Engine;

/** The map of one layer of a net that lives for one run. */
async function run(graph: Graph, weights: Weights, layer: string, input: HostTensor | Tensor) {
  const net = await engine.compile(graph, { weights });
  try {
    const { outputs } = await net.run(input);
    const y = outputs[layer] as Tensor;
    const map = { shape: y.shape, data: await download(engine, y) };
    for (const output of Object.values(outputs)) output.buffer.destroy();
    return map;
  } finally {
    net.dispose();
  }
}

const read = async (path: string): Promise<CaffeNet> =>
  readNet(new TextDecoder().decode(await extraData(path)));

/** Where the middle of an image of `size` pixels lies. */
const middle = (size: number): number => (size - 1) / 2;

/**
 * The classifier's scores must be those of the single cell of its convolutionalised form, which on a larger
 * image gives as many cells as `image` pixels hold places for their centres.
 */
async function checkCast(classifier: Graph, layer: string): Promise<void> {
  const weights = seededWeights(classifier, 1);
  const [side = 0] = classifier.inputs[0]!.size!;
  const image = (h: number, w: number) => ({
    shape: { n: 1, c: 3, h, w },
    data: random(3 * h * w, 5).map((v) => 100 * v),
  });
  const wanted = await run(classifier, weights, layer, image(side, side));
  const full = convolutionalise(classifier);
  const cell = await run(full, weights, layer, image(side, side));
  expect(cell.shape).to.deep.equal(wanted.shape);
  expect(relativeError(cell.data, wanted.data)).to.be.at.most(TOLERANCE);

  const [y, x] = full.node(layer).coords!;
  expect([toNumber(y.shift), toNumber(x.shift)]).to.deep.equal([middle(side), middle(side)]);
  const [h, w] = [side + 2 * toNumber(y.scale), side + toNumber(x.scale)];
  const map = await run(full, weights, layer, image(h, w));
  const cells = (size: number, shift: number, scale: number) => 1 + (size - 1 - 2 * shift) / scale;
  expect([map.shape.h, map.shape.w]).to.deep.equal([
    cells(h, toNumber(y.shift), toNumber(y.scale)),
    cells(w, toNumber(x.shift), toNumber(x.scale)),
  ]);
  expect(map.data.every(Number.isFinite)).to.equal(true);
}

/** White digits on black, in the bytes of a picture. */
const GREY: Preprocess = { order: 'grey', mean: [0], scale: 1 / 256 };
const SIDE = 28;
const DIGITS = [0, 3, 5, 7];

/** A page of [height, width] pixels and the top left corner of each digit, at multiples of the net's stride. */
const PAGE = [120, 160] as const;
const PLACES: readonly (readonly [digit: number, y: number, x: number])[] = [
  [3, 8, 12],
  [7, 12, 116],
  [0, 44, 64],
  [5, 84, 8],
  [7, 80, 120],
];

function defineLenet(): void {
  const at = 'weights/lenet_mnist_caffe_v1';
  const load = async (classifier: boolean) =>
    importCaffe(
      await read(`${at}/deploy.prototxt`),
      readCaffemodel(await extraData(`${at}/lenet_iter_10000.caffemodel`)),
      { classifier },
    );
  const digit = async (n: number) => decodeImage(await extraData(`${at}/reference/digit_${n}.png`));
  const stored = async (n: number) => readNpyF32(await extraData(`${at}/reference/digit_${n}_ip2.npy`)).data;
  /** Scores of an image under the outputs' names: ip2 before the softmax. */
  const scores = async (classifier: boolean, rgba: Uint8Array, [h, w]: readonly [number, number]) => {
    const { graph, weights } = await load(classifier);
    graph.output(graph.node('ip2'));
    const x = fromRgba(engine, rgba, { h, w }, GREY);
    const map = await run(graph, weights, 'ip2', x);
    free(x);
    return { ...map, coords: graph.node('ip2').coords! };
  };

  for (const classifier of [true, false])
    it(`LeNet reads its four digits ${classifier ? 'by inner products' : 'by convolutions'}`, async () => {
      for (const n of DIGITS) {
        const { data, shape } = await scores(classifier, (await digit(n)).rgba, [SIDE, SIDE]);
        expect(shape).to.deep.equal({ n: 1, c: 10, h: 1, w: 1 });
        expect(relativeError(data, await stored(n)), `${n}`).to.be.at.most(TOLERANCE);
        expect([...argmax(data, shape)]).to.deep.equal([n]);
      }
    });

  it('LeNet finds each digit on a page, as in Figure 2 of the paper', async () => {
    const [height, width] = PAGE;
    const page = new Uint8Array(4 * height * width);
    for (const [n, top, left] of PLACES) {
      const { rgba } = await digit(n);
      for (let row = 0; row < SIDE; row++)
        page.set(rgba.subarray(4 * SIDE * row, 4 * SIDE * (row + 1)), 4 * ((top + row) * width + left));
    }
    const { data, shape, coords } = await scores(false, page, PAGE);
    const [y, x] = coords;
    const labels = argmax(data, shape);
    const probability = softmax(data, shape, false);
    const area = shape.h * shape.w;
    for (const [n, top, left] of PLACES) {
      const row = (top + middle(SIDE) - toNumber(y.shift)) / toNumber(y.scale);
      const column = (left + middle(SIDE) - toNumber(x.shift)) / toNumber(x.scale);
      const cell = row * shape.w + column;
      expect(labels[cell], `the digit at ${top}, ${left}`).to.equal(n);
      expect(probability[n * area + cell]).to.be.at.least(0.9);
      // The cell sees the digit and nothing else, so its scores are those of the digit alone.
      const seen = Array.from({ length: shape.c }, (_, c) => data[c * area + cell]!);
      expect(relativeError(seen, await stored(n))).to.be.at.most(TOLERANCE);
    }
  });
}

describe('classifiers as heat maps', () => {
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  it('the small classifier equals its single cell', () =>
    checkCast(smallClassifier({ width: 1 / 16 }), 'fc8'));

  it('the small FCN that is cast from it gives its scores in the middle cell', async () => {
    const [classes, width] = [12, 1 / 16];
    const data = await openDataSet('scene-crops:1,3,128x128', new MemoryFiles());
    const classifier = smallClassifier({ classes, width });
    const source = seededWeights(classifier, 1);
    const { graph } = stageOf('fcn-small-32s', '32s', { classes, width });
    const { weights } = startWeights(graph, [source], { seed: 1, scores: 'classifier' });
    graph.output(graph.node('score_fr'));
    for (const id of await data.ids('train')) {
      const { pictures, h, w } = await data.load(id);
      const crop = { shape: { n: 1, c: 3, h, w }, data: inputValues(pictures[0]!, data.inputs[0]!) };
      const wanted = await run(classifier, source, 'fc8', crop);
      const map = await run(graph, weights, 'score_fr', crop);
      expect([map.shape.h, map.shape.w]).to.deep.equal([3, 3]);
      const middleCell = Array.from({ length: classes }, (_, c) => map.data[9 * c + 4]!);
      expect(relativeError(middleCell, wanted.data), id).to.be.at.most(TOLERANCE);
    }
  });

  it('VGG16 of 138 million parameters equals its single cell (long)', () =>
    checkCast(vgg16Classifier(), 'fc8'));
  if (hasExtraData()) {
    defineLenet();
    it('CaffeNet of 61 million parameters equals its single cell (long)', async () => {
      const net = await read('prototxt/bvlc_reference_caffenet_deploy.prototxt');
      const { graph } = importCaffe(net, null, { classifier: true });
      graph.output(graph.node('fc8'));
      await checkCast(graph, 'fc8');
    });
  } else it.skip('LeNet and CaffeNet: RAREFY_DATA names no folder');
});
