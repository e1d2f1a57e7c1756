import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { Graph } from '../../src/graph/builder.js';
import type { LossNormalization } from '../../src/ops/softmax_loss.js';
import type { Solver } from '../../src/train/solver.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { Weights } from '../../src/weights/weights.js';
import { extraData, hasExtraData } from '../data.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';
import { tensorsOf } from './tensors.js';

/** The net of reference-train: two strides of 4 with a skip between them. */
function miniFcn(): Graph {
  const g = new Graph('mini_train_fcn');
  const data = g.input('data', 3);
  const same = { kernel: 3, pad: 1, relu: true };
  const halved = { kernel: 2, stride: 2, ceil: true };
  const pool1 = g.maxPool('pool1', g.conv('conv1', data, { out: 8, ...same }), halved);
  const pool2 = g.maxPool('pool2', g.conv('conv2', pool1, { out: 12, ...same }), halved);
  const pool3 = g.maxPool('pool3', g.conv('conv3', pool2, { out: 16, ...same }), halved);
  const score = g.conv('score_fr', g.conv('fc', pool3, { out: 24, ...same }), { out: 5, kernel: 1 });
  const up2 = g.convTranspose('up2', score, { out: 5, kernel: 4, stride: 2, bias: false });
  const skip = g.conv('score_pool2', pool2, { out: 5, kernel: 1 });
  const fused = g.sum('fuse', [g.crop('up2c', up2, skip), skip]);
  const up4 = g.convTranspose('up4', fused, { out: 5, kernel: 8, stride: 4, bias: false });
  g.output(g.crop('score', up4, data));
  return g;
}

interface Trace {
  readonly lr: number;
  readonly momentum: number;
  readonly weight_decay: number;
  readonly nesterov: boolean;
  readonly losses: readonly number[];
}

describe('training', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  for (const [name, normalization] of [
    ['sgd_mean', 'VALID'],
    ['sgd_sum_fcn_style', 'NONE'],
    ['nesterov_mean', 'VALID'],
  ] as const satisfies readonly (readonly [string, LossNormalization])[])
    it(`12 steps give the losses, gradients and weights of ${name}`, async function () {
      if (!hasExtraData()) this.skip();
      const read = async (file: string) =>
        tensorsOf(await extraData(`reference-train/${file}.safetensors`)).tensors;
      const trace: Trace = JSON.parse(
        new TextDecoder().decode(await extraData(`reference-train/${name}.json`)),
      );
      const batches = await read('batches');
      const wanted = await read(name);
      const weights: Weights = await read('init');
      const solver: Solver = {
        type: trace.nesterov ? 'Nesterov' : 'SGD',
        baseLr: trace.lr,
        momentum: trace.momentum,
        weightDecay: trace.weight_decay,
      };
      const heads = [{ output: 'score', normalization }];
      const trainer = await createTrainer(engine, miniFcn(), { weights, heads, solver, frozen: ['up4'] });
      const [images, labels] = [batches.get('images')!, batches.get('labels')!];
      const [count, n, c, h, w] = images.dims as [number, number, number, number, number];
      for (let i = 0; i < count; i++) {
        const part = (data: Float32Array, channels: number) => {
          const size = n * channels * h * w;
          return { shape: { n, c: channels, h, w }, data: data.slice(i * size, (i + 1) * size) };
        };
        const step = await trainer.step({ data: part(images.data, c), label: part(labels.data, 1) });
        expect(Math.abs((await step.loss) / trace.losses[i]! - 1), `loss ${i}`).to.be.at.most(1e-4);
        if (i > 0) continue;
        for (const [parameter, { data }] of await trainer.gradients())
          expect(relativeError(data, wanted.get(`grad0.${parameter}`)!.data), parameter).to.be.at.most(1e-5);
      }
      for (const [parameter, { data }] of await trainer.weights())
        expect(relativeError(data, wanted.get(`final.${parameter}`)!.data), parameter).to.be.at.most(1e-4);
      trainer.dispose();
    });
});
