import { expect } from 'chai';
import { createEngine, download, FCN_PREPROCESS, seededWeights, type Tensor } from '../../src/index.js';
import { random } from '../random.js';
import { convolve } from '../readme/eager.js';
import { graph, label } from '../readme/embed.js';
import { run } from '../readme/run.js';
import { scores as scoresInTiles } from '../readme/tiles.js';
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
