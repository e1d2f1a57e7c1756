import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { Graph } from '../../src/graph/builder.js';
import { fuse } from '../../src/graph/fuse.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { vgg16Classifier } from '../../src/nets/vgg16.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { argmax } from '../reference/channels.js';
import { runGraph } from '../reference/graph.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Whole nets may differ from their twin by so much of the largest score. */
const NET_TOLERANCE = 1e-4;

const image = (h: number, w: number, seed = 3) => ({
  shape: { n: 1, c: 3, h, w },
  data: random(3 * h * w, seed).map((v) => 100 * v),
});

describe('nets', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  it('a classifier equals the single cell of the convolutionalised net', async () => {
    const classifier = vgg16Classifier({ width: 1 / 16, classes: 10 });
    const weights = seededWeights(classifier, 1);
    const input = image(224, 224);
    const wanted = runGraph(classifier, weights, { data: input }).get('fc8')!.data;
    for (const graph of [classifier, convolutionalise(classifier)]) {
      const net = await engine.compile(graph, { weights });
      const { outputs } = await net.run(input);
      const scores = outputs.fc8 as Tensor;
      expect(relativeError(await download(engine, scores), wanted)).to.be.at.most(NET_TOLERANCE);
      scores.buffer.destroy();
      net.dispose();
    }
  });

  it('FCN-8s at an eighth of the width on 97 x 131 pixels equals its float64 twin', async () => {
    const graph = fcn8s({ width: 1 / 8 });
    const weights = seededWeights(graph, 4);
    const input = image(97, 131);
    const net = await engine.compile(graph, { weights });
    const { outputs } = await net.run(input);
    const scores = await download(engine, outputs.score as Tensor);
    const wanted = runGraph(graph, weights, { data: input }).get('score')!;
    expect(relativeError(scores, wanted.data)).to.be.at.most(NET_TOLERANCE);
    const labels = argmax(scores, wanted.shape);
    const same = argmax(wanted.data, wanted.shape).filter((label, i) => label === labels[i]).length;
    expect(same / labels.length).to.be.at.least(0.999);
    outputs.score!.buffer.destroy();
    net.dispose();
  });

  it('every kind of layer, merged with its neighbours where one kernel does both, equals its float64 twin', async () => {
    const g = new Graph('kinds');
    const x = g.input('data', 3);
    const conv = g.conv('conv', x, { out: 22, kernel: 3, pad: 1, bias: false });
    const folded = g.relu('folded', g.scale('norm', conv));
    const pooled = g.maxPool('pool', folded, { kernel: 2, stride: 2, ceil: true });
    const wide = g.relu('wide_relu', g.conv('wide', pooled, { out: 44, kernel: 3, pad: 1 }));
    const halved = g.maxPool('halved', wide, { kernel: 2, stride: 2 });
    const normed = g.scale('alone', g.lrn('lrn', halved, { size: 5, alpha: 0.1, beta: 0.75 }), {
      bias: false,
    });
    const mean = g.avgPool('mean', normed, { kernel: 3, pad: 1, countPad: true });
    const both = g.concat('both', [g.prelu('prelu', mean), g.sigmoid('sigmoid', mean)]);
    const bounded = g.clip('bounded', g.relu('leaky', both, 0.1), -0.5, 3);
    const up = g.relu(
      'up_relu',
      g.scale('up_norm', g.convTranspose('up', bounded, { out: 7, kernel: 4, stride: 2, pad: 1 })),
    );
    const resized = g.resize('resized', up, { mode: 'bilinear', coordinates: 'half_pixel', scale: 2 });
    const spread = g.upsample('spread', up, { kernel: 4, stride: 2, pad: 1 });
    const mixed = g.sum('mixed', [resized, spread], [0.5, -2]);
    g.output(g.softmax('probability', mixed));
    g.output(g.globalAvgPool('global', mixed));
    const kinds = fuse(g, { features: new Set(['subgroups']) }).layers.map((layer) => layer.kind);
    expect(kinds.filter((kind) => kind === 'scale').length).to.equal(1);
    expect(kinds.includes('max_pool')).to.equal(true);
    const weights = seededWeights(g, 5);
    const input = image(18, 23);
    const wanted = runGraph(g, weights, { data: input });
    for (const memory of ['fast', 'low'] as const) {
      const net = await engine.compile(g, { weights, memory });
      const { outputs } = await net.run(input);
      for (const [name, y] of Object.entries(outputs)) {
        const error = relativeError(await download(engine, y as Tensor), wanted.get(name)!.data);
        expect(error, `${name}, ${memory}`).to.be.at.most(NET_TOLERANCE);
        y.buffer.destroy();
      }
      net.dispose();
    }
  });

  it('an input can be an output, and a layer one under two names', async () => {
    const graph = new Graph('outputs');
    const x = graph.input('data', 3);
    const relu = graph.relu('relu', x);
    graph.output(x, 'same');
    graph.output(relu);
    graph.output(relu, 'again');
    const net = await engine.compile(graph, { weights: new Map() });
    const input = image(5, 7);
    const { outputs } = await net.run(input);
    const positive = input.data.map((v) => Math.max(v, 0));
    for (const [name, wanted] of Object.entries({ same: input.data, relu: positive, again: positive })) {
      expect(relativeError(await download(engine, outputs[name] as Tensor), wanted), name).to.equal(0);
      outputs[name]!.buffer.destroy();
    }
    net.dispose();
  });

  it('any size runs, and a later size does not disturb an earlier plan', async () => {
    const graph = new Graph('small');
    const a = graph.conv('a', graph.input('data', 3), { out: 20, kernel: 3, pad: 1, relu: true });
    const b = graph.conv('b', a, { out: 20, kernel: 3, pad: 1 });
    graph.output(graph.maxPool('pool', b, { kernel: 2, stride: 2, ceil: true }));
    const weights = seededWeights(graph, 2);
    const net = await engine.compile(graph, { weights });
    for (const [h, w] of [
      [9, 14],
      [31, 5],
      [9, 14],
      [1, 1],
    ] as const) {
      const input = image(h, w, h);
      const { outputs } = await net.run(input);
      const wanted = runGraph(graph, weights, { data: input }).get('pool')!.data;
      expect(relativeError(await download(engine, outputs.pool as Tensor), wanted)).to.be.at.most(
        NET_TOLERANCE,
      );
      outputs.pool!.buffer.destroy();
    }
    net.dispose();
  });
});
