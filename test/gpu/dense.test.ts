import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { maxPool, splitPhases, stitch } from '../../src/engine/operators.js';
import { download, free, type Tensor, upload } from '../../src/engine/tensor.js';
import { Graph } from '../../src/graph/builder.js';
import { coarseScores } from '../../src/graph/dense/coarse.js';
import { workedExample } from '../../src/graph/dense/example.js';
import { onImage } from '../../src/graph/dense/mask.js';
import { rarefy } from '../../src/graph/dense/rarefy.js';
import type { ShiftForm } from '../../src/graph/dense/schedule.js';
import { shiftAndStitch } from '../../src/graph/dense/shift_and_stitch.js';
import type { Node } from '../../src/graph/node.js';
import { upTo } from '../../src/graph/rewrite.js';
import { fcn32s } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { vgg16 } from '../../src/nets/vgg16.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { extraData, hasExtraData } from '../data.js';
import { random } from '../random.js';
import { largest } from './compare.js';
import { openEngine } from './open_engine.js';

/** Of the largest value of the map. */
const TOLERANCE = 1e-5;
/** Least share of the cells that see no padding. */
const SHARE = 1 / 4;

const image = (c: number, h: number, w: number) => ({
  shape: { n: 1, c, h, w },
  data: random(c * h * w, h).map((v) => 100 * v),
});
type Image = ReturnType<typeof image>;

/** A trunk as a net of its own. */
function upToLayer(g: Graph, name: string): Graph {
  return upTo(g, new Map<string, Node>([['scores', g.node(name)]]));
}

/** VGG16 at a sixteenth of the width, up to a layer. */
function trunk(layer: string): Graph {
  const g = new Graph('trunk');
  vgg16(g, g.input('data', 3), { width: 1 / 16 });
  return upToLayer(g, layer);
}

describe('shift-and-stitch is filter rarefaction', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  async function scores(net: { run(x: Image): Promise<{ outputs: object }>; dispose(): void }, input: Image) {
    const { outputs } = await net.run(input);
    const { scores: y } = outputs as { scores: Tensor };
    const map = { shape: y.shape, data: await download(engine, y) };
    free(y);
    net.dispose();
    return map;
  }

  /** Runs a net both ways; with images shifted, cells that see padding may differ. */
  async function check(
    coarse: Graph,
    factor: number,
    input: Image,
    forms: readonly ShiftForm[],
    weights?: Weights,
  ) {
    const options = { weights: weights ?? seededWeights(coarse, 7) };
    const graph = rarefy(coarse, { factor });
    const dense = await scores(await engine.compile(graph, options), input);
    const { h, w } = dense.shape;
    const most = largest(dense.data);
    for (const form of forms) {
      const made = await scores(await engine.compile(shiftAndStitch(coarse, factor, form), options), input);
      expect(made.shape).to.deep.equal(dense.shape);
      const mask =
        form === 'phases'
          ? new Uint8Array(h * w).fill(1)
          : onImage(graph.outputs.get('scores')!, [h, w], [input.shape.h, input.shape.w]);
      expect(mask.filter((cell) => cell === 1).length / mask.length).to.be.at.least(SHARE);
      const apart = made.data.map((v, i) => (mask[i % (h * w)] ? v - dense.data[i]! : 0));
      expect(apart.every(Number.isFinite)).to.equal(true);
      expect(largest(apart) / most, form).to.be.at.most(TOLERANCE);
    }
  }

  const BOTH = ['phases', 'images'] as const;
  for (const [factor, layer, h, w] of [
    [2, 'conv2_2', 65, 71],
    [4, 'conv3_2', 83, 90],
    [8, 'pool3', 97, 96],
    [4, 'pool3', 95, 97],
  ] as const)
    it(`by ${factor} at ${layer} of VGG16 on ${h} x ${w} pixels`, () =>
      check(trunk(layer), factor, image(3, h, w), BOTH));

  it('by 32 at the scores of FCN-VGG16 on 65 x 68 pixels, phases (long)', () =>
    check(coarseScores(fcn32s({ width: 1 / 16 })), 32, image(3, 65, 68), ['phases']));

  it('by 8 at the branches of GoogLeNet on 97 x 75 pixels, phases', () =>
    check(upToLayer(fcnGooglenet({ width: 1 / 16 }), 'inception_4b/output'), 8, image(3, 97, 75), [
      'phases',
    ]));

  it('by 32 behind five pools on 97 x 89 pixels', () => {
    const g = new Graph('pools');
    let x: Node = g.input('data', 3);
    for (const [i, kernel] of [3, 3, 1, 1, 1].entries()) {
      x = g.conv(`conv${i + 1}`, x, { out: 4 * (i + 1), kernel, pad: (kernel - 1) / 2, relu: true });
      x = g.maxPool(`pool${i + 1}`, x, { kernel: 2, stride: 2, ceil: true });
    }
    g.output(g.conv('score', x, { out: 5, kernel: 1 }), 'scores');
    return check(g, 32, image(3, 97, 89), BOTH);
  });

  if (hasExtraData()) {
    const caffe = async (at: string, model: string) =>
      importCaffe(
        readNet(new TextDecoder().decode(await extraData(`weights/${at}/deploy.prototxt`))),
        readCaffemodel(await extraData(`weights/${at}/${model}`)),
      );
    const squeezenet = () =>
      caffe('squeezenet_v1.0_deepcompression', 'squeezenet_v1.0_deepcompression.caffemodel');

    it('by 4 at the scores of a trained LeNet', async () => {
      const { graph, weights } = await caffe('lenet_mnist_caffe_v1', 'lenet_iter_10000.caffemodel');
      await check(coarseScores(graph), 4, image(1, 75, 97), BOTH, weights);
    });

    it('by 4 at the scores of a trained SqueezeNet on 131 x 163 pixels, phases', async () => {
      const { graph, weights } = await squeezenet();
      await check(coarseScores(graph), 4, image(3, 131, 163), ['phases'], weights);
    });

    it('by 4 at the scores of a trained SqueezeNet on 320 x 320 pixels (long)', async () => {
      const { graph, weights } = await squeezenet();
      await check(coarseScores(graph), 4, image(3, 320, 320), BOTH, weights);
    });
  } else it.skip('by 4 at the scores of trained nets: RAREFY_DATA names no folder');

  it('an image moved by the stride moves the map by one cell, bit for bit, off the borders', async () => {
    const coarse = trunk('pool3');
    const [stride, h, w, c] = [8, 89, 97, 3];
    const wide = image(c, h + stride, w + stride);
    const cut = (from: number): Image => {
      const { shape, data } = wide;
      const at = (plane: number, y: number, x: number) =>
        data[(plane * shape.h + y + from) * shape.w + x + from]!;
      const values = Float32Array.from({ length: c * h * w }, (_, i) =>
        at(Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w),
      );
      return { shape: { n: 1, c, h, w }, data: values };
    };
    // Winograd's tiles lie where the map begins, so its rounding moves with them.
    const options = { weights: seededWeights(coarse, 7), memory: 'low' as const };
    const at = await scores(await engine.compile(coarse, options), cut(0));
    const moved = await scores(await engine.compile(coarse, options), cut(stride));
    const mask = onImage(coarse.outputs.get('scores')!, [at.shape.h, at.shape.w], [h, w]);
    let compared = 0;
    for (let i = 0; i < at.data.length; i++) {
      const x = i % at.shape.w;
      const y = Math.floor(i / at.shape.w) % at.shape.h;
      if (y === 0 || x === 0 || !mask[y * at.shape.w + x] || !mask[(y - 1) * at.shape.w + x - 1]) continue;
      expect(moved.data[i - at.shape.w - 1]).to.equal(at.data[i]);
      compared++;
    }
    expect(compared).to.be.above(at.data.length / 8);
    expect(largest(at.data)).to.be.above(0);
  });

  for (const form of ['floor', 'ceil'] as const)
    it(`the worked example with pools of ${form} runs on the GPU`, async () => {
      const example = workedExample(form === 'ceil');
      const pool = { kernel: 2, ceil: form === 'ceil' };
      const size = example.dense.length;
      const x = upload(engine, Float32Array.from(example.map.flat()), { n: 1, c: 1, h: 5, w: 5 });
      const shifts = example.shifts.map(({ dy, dx, pooled }) => {
        const [h, w] = [5 - dy, 5 - dx];
        const shifted = splitPhases(engine, x, { factor: 1, count: 1, first: [dy, dx], size: [h, w] });
        const y = maxPool(engine, shifted, { ...pool, stride: 2 });
        free(shifted);
        return { dy, dx, y, pooled };
      });
      const dense = upload(engine, new Float32Array(size * size), { n: 1, c: 1, h: size, w: size });
      for (const { dy, dx, y, pooled } of shifts) {
        expect([...(await download(engine, y))]).to.deep.equal(pooled.flat());
        stitch(engine, y, { factor: 2, count: 1, first: [dy, dx] }, dense);
        free(y);
      }
      const once = maxPool(engine, x, { kernel: 2, hang: form === 'ceil' ? 1 : 0 });
      for (const t of [dense, once])
        expect([...(await download(engine, t))]).to.deep.equal(example.dense.flat());
      free(x, dense, once);
    });
});
