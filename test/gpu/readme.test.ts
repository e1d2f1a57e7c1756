import { expect } from 'chai';
import {
  createEngine,
  download,
  FCN_PREPROCESS,
  readModel,
  seededWeights,
  type Tensor,
} from '../../src/index.js';
import { random } from '../random.js';
import { convolve } from '../readme/eager.js';
import { graph, label } from '../readme/embed.js';
import { run } from '../readme/run.js';
import { scores as scoresInTiles } from '../readme/tiles.js';
import { fineTune, learn, save } from '../readme/train.js';
import { argmax } from '../reference/channels.js';
import { conv2d } from '../reference/conv2d.js';
import { runGraph } from '../reference/graph.js';
import { fromRgba } from '../reference/image.js';
import { relativeError } from './compare.js';

const scores = (data: Float32Array, h: number, w: number) =>
  runGraph(graph, seededWeights(graph, 1), { data: { shape: { n: 1, c: 3, h, w }, data } }).get('score')!;

describe('the code of the readme', () => {
  it('labels an image on a borrowed device', async () => {
    const [h, w] = [13, 18];
    const rgba = Uint8Array.from(random(4 * h * w, 7), (v) => 128 * (v + 1));
    const adapter = (await navigator.gpu.requestAdapter())!;
    const labels = await label(adapter, rgba, h, w);
    const x = Float32Array.from(fromRgba(rgba, 1, h * w, FCN_PREPROCESS));
    const wanted = scores(x, h, w);
    expect([...labels]).to.deep.equal([...argmax(wanted.data, wanted.shape)]);
  });

  it('convolves eagerly', async () => {
    const engine = await createEngine();
    const [x, weights, bias] = [random(3 * 5 * 7, 1), random(8 * 27, 2), random(8, 3)];
    const y = await convolve(engine, x, { h: 5, w: 7 }, weights, bias);
    const filter = { out: 8, in: 3, kernel: [3, 3], groups: 1, transposed: false } as const;
    const options = { pad: 1, relu: true };
    const wanted = conv2d(x, { n: 1, c: 3, h: 5, w: 7 }, weights, filter, bias, options);
    expect(relativeError(y, wanted)).to.be.at.most(1e-6);
    engine.dispose();
  });

  it('scores a picture in tiles', async () => {
    const engine = await createEngine();
    const net = await engine.compile(graph, { weights: seededWeights(graph, 1) });
    const [h, w] = [13, 18];
    const rgba = Uint8Array.from(random(4 * h * w, 7), (v) => 128 * (v + 1));
    const { signal } = new AbortController();
    const made = await scoresInTiles(net, rgba, { h, w }, FCN_PREPROCESS, signal);
    const x = Float32Array.from(fromRgba(rgba, 1, h * w, FCN_PREPROCESS));
    expect(relativeError(made, scores(x, h, w).data)).to.be.at.most(1e-5);
    engine.dispose();
  });

  it('fine-tunes a net, and saves what it learnt', async () => {
    const engine = await createEngine();
    const seeded = seededWeights(graph, 1);
    const source = new Map([...seeded].filter(([name]) => name.startsWith('conv1')));
    source.set('score1.weight', { dims: [5, 16, 1, 1], data: random(80, 2) });
    const trainer = await fineTune(engine, graph, source);
    const [h, w] = [13, 18];
    // The picture says what is where: 3 and 7, and some pixels that do not count.
    const labels = Uint8Array.from({ length: h * w }, (_, i) => (i % 11 === 0 ? 255 : i % w < 9 ? 3 : 7));
    const noise = random(4 * h * w, 7);
    const rgba = Uint8Array.from(noise, (v, i) => 100 + 20 * v + (labels[i >> 2] === 7 ? 60 : 0));
    const losses: number[] = [];
    for (let step = 0; step < 8; step++) losses.push(await learn(trainer, rgba, labels, { h, w }));
    expect(losses[0]).to.be.closeTo(Math.log(21), 1e-5);
    expect(losses.at(-1)).to.be.below(losses[0]! / 2);
    const names = Array.from({ length: 21 }, (_, i) => `class ${i}`);
    const file = await save(trainer, names);
    const model = readModel(file);
    expect([model.graph?.name, model.classes]).to.deep.equal(['small_fcn', names]);
    expect(model.weights.get('conv1.weight')!.data).to.deep.equal(seeded.get('conv1.weight')!.data);
    const net = await engine.compile(model.graph!, { weights: model.weights });
    const input = fromRgba(rgba, 1, h * w, FCN_PREPROCESS);
    const { outputs } = await net.run({ shape: { n: 1, c: 3, h, w }, data: Float32Array.from(input) });
    const y = await download(engine, outputs.score as Tensor);
    const found = argmax(y, { n: 1, c: 21, h, w });
    const right = labels.filter((label, i) => label !== 255 && found[i] === label).length;
    expect(right).to.be.above(0.8 * labels.filter((label) => label !== 255).length);
    trainer.dispose();
    engine.dispose();
  });

  it('runs a net again after a device loss', async () => {
    const engine = await createEngine();
    const net = await engine.compile(graph, { weights: seededWeights(graph, 1) });
    const [h, w] = [9, 14];
    const data = random(3 * h * w, 5);
    engine.device.destroy();
    const input = { shape: { n: 1, c: 3, h, w }, data };
    const { outputs } = await run(net, input, new AbortController().signal);
    const y = await download(engine, outputs.score as Tensor);
    expect(relativeError(y, scores(data, h, w).data)).to.be.at.most(1e-5);
    outputs.score!.buffer.destroy();
    engine.dispose();
  });
});
