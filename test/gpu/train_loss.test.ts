import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import type { LossNormalization } from '../../src/ops/softmax_loss.js';
import type { Batch } from '../../src/train/trainer_options.js';
import type { Head } from '../../src/train/training_graph.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';
import { batch, CLASSES, head, IGNORE, small, trained } from './train_small.js';

describe('losses', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  for (const [normalization, divisor] of [
    ['NONE', () => 1],
    ['BATCH_SIZE', () => 2],
    ['FULL', () => 2 * 12 * 14],
    ['VALID', (counted: number) => counted],
  ] as const satisfies readonly (readonly [LossNormalization, (counted: number) => number])[])
    it(`the loss of zero scores is N ln K, divided as by ${normalization}`, async () => {
      const graph = small();
      const weights = seededWeights(graph, 3);
      for (const name of ['score_fr', 'score_skip'])
        for (const part of ['weight', 'bias']) weights.get(`${name}.${part}`)!.data.fill(0);
      const { label } = batch(2, 12, 14, 0);
      const counted = label.data.filter((v) => v !== IGNORE).length;
      const heads = [{ ...head, normalization }];
      const { losses, gradients } = await trained(engine, graph, 1, { weights, heads });
      const wanted = (counted * Math.log(CLASSES)) / divisor(counted);
      expect(losses[0]! / wanted).to.be.closeTo(1, 1e-6);
      // Nothing goes back through score layers of zeros.
      expect(gradients.get('conv1.weight')!.data.every((v) => v === 0)).to.equal(true);
      expect(gradients.get('score_fr.weight')!.data.some((v) => v !== 0)).to.equal(true);
    });

  it('a sum over N pixels at rate a and decay d is their mean at a N and d / N', async () => {
    const given = batch(1, 12, 14);
    const count = given.label.data.filter((v) => v !== IGNORE).length;
    const learn = (normalization: LossNormalization, baseLr: number, weightDecay: number) =>
      trained(
        engine,
        small(),
        6,
        { heads: [{ ...head, normalization }], solver: { baseLr, weightDecay, momentum: 0.9 } },
        () => given,
      );
    const [rate, decay] = [0.1 / count, 0.5 * count];
    const sum = await learn('BATCH_SIZE', rate, decay);
    const mean = await learn('VALID', rate * count, decay / count);
    const undecayed = await learn('VALID', rate * count, 0);
    for (const [name, { data }] of mean.weights) {
      expect(relativeError(sum.weights.get(name)!.data, data), name).to.be.at.most(1e-5);
      if (name.endsWith('.weight'))
        expect(relativeError(undecayed.weights.get(name)!.data, data), name).to.be.above(1e-2);
    }
    expect(sum.losses[5]! / count / mean.losses[5]!).to.be.closeTo(1, 1e-5);
  });

  it('drawn pixels are the share that is asked for, of each class', async () => {
    const keep = [0.5, 1, 0.25, 0, 0.75];
    const shape = { n: 1, c: 1, h: 100, w: 100 };
    const graph = new Graph('scores');
    graph.output(graph.conv('score', graph.input('data', 1), { out: CLASSES, kernel: 1 }));
    for (const [label, share] of keep.entries()) {
      const given = {
        data: { shape, data: random(1e4, 1) },
        label: { shape, data: new Float32Array(1e4).fill(label) },
      };
      const counts = [{ keep, normalization: 'NONE' as const }, { normalization: 'NONE' as const }].map((o) =>
        trained(engine, graph, 1, { heads: [{ output: 'score', ...o }] }, () => given),
      );
      const [drawn, all] = await Promise.all(counts);
      const ratio = drawn!.losses[0]! / all!.losses[0]!;
      expect(ratio).to.be.closeTo(share, share === 1 || share === 0 ? 1e-5 : 0.03);
    }
  });

  it('a label that is no class is an error when the loss is read', async () => {
    const wrong = batch(1, 12, 14);
    wrong.label.data[7] = CLASSES;
    const found = await rejection(
      trained(engine, small(), 1, {}, () => wrong),
      ShapeError,
    );
    expect(found.message).to.match(/label: 1 pixels whose label is no class of 'score'/);
  });

  it('heads over one trunk add their losses', async () => {
    const graph = small();
    const g = graph.conv('score_geo', graph.node('conv1'), { out: 3, kernel: 1 });
    graph.output(g);
    const { data, label } = batch(1, 12, 14);
    const geo = { shape: label.shape, data: label.data.map((_, i) => i % 3) };
    const second = {
      output: 'score_geo',
      label: 'geo',
      normalization: 'NONE',
      scale: 0.5,
      ignore: null,
    } as const;
    const one = (heads: readonly Head[], given: Batch) => trained(engine, graph, 1, { heads }, () => given);
    const a = await one([head], { data, label });
    const b = await one([second], { data, geo });
    const sum = await one([head, second], { data, label, geo });
    expect(sum.losses[0]).to.be.closeTo(a.losses[0]! + b.losses[0]!, 1e-3);
    const together = sum.gradients.get('conv1.weight')!.data;
    const added = a.gradients
      .get('conv1.weight')!
      .data.map((v, i) => v + b.gradients.get('conv1.weight')!.data[i]!);
    expect(relativeError(together, added)).to.be.at.most(1e-5);
  });
});
