import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { evaluate, examined } from '../../src/train/evaluate.js';
import type { Example } from '../../src/train/example.js';
import { type FitOptions, type FitStep, fit } from '../../src/train/fit.js';
import { scoredHeads } from '../../src/train/scored.js';
import { createTrainer, type Trainer } from '../../src/train/trainer.js';
import type { TrainerState } from '../../src/train/trainer_options.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';

/** Two strides of 2, and scores at the size of the image. */
function tiny(): Graph {
  const g = new Graph('tiny');
  const data = g.input('data', 2);
  const conv1 = g.conv('conv1', data, { out: 8, kernel: 3, pad: 1, relu: true });
  const pool1 = g.maxPool('pool1', conv1, { kernel: 2, stride: 2, ceil: true });
  const conv2 = g.conv('conv2', pool1, { out: 8, kernel: 3, pad: 1, relu: true });
  const score = g.conv('score', conv2, { out: 3, kernel: 1 });
  const up = g.upsample('up', score, { kernel: 4, stride: 2 });
  g.output(g.crop('scores', up, data));
  return g;
}

/** Pictures whose class shows in the signs of their two channels. */
function example(i: number): Example {
  const [h, w] = [10, 11];
  const values = random(2 * h * w, i);
  const label = Float32Array.from({ length: h * w }, (_, p) => {
    const block = Math.floor((Math.floor(p / w) / 5 + i) % 3);
    values[p] = 0.3 * values[p]! + (block === 1 ? 1 : -1);
    values[h * w + p] = 0.3 * values[h * w + p]! + (block === 2 ? 1 : -1);
    return p % 17 === 0 ? 255 : block;
  });
  return {
    id: `${i}`,
    h,
    w,
    maps: [
      { name: 'data', channels: 2, values, outside: 0 },
      { name: 'label', channels: 1, values: label, outside: 255 },
    ],
  };
}

const examples = { count: 6, load: async (i: number) => example(i) };
const OPTIONS: FitOptions = {
  iterations: 8,
  batch: 2,
  order: 'shuffled',
  seed: 3,
  augmentation: { mirror: true, jitter: 2 },
};

describe('fitting a net', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  const trainer = (state?: TrainerState): Promise<Trainer> =>
    createTrainer(engine, tiny(), {
      weights: seededWeights(tiny(), 1),
      heads: [{ output: 'scores', normalization: 'VALID', keep: 0.8 }],
      solver: { baseLr: 0.05, momentum: 0.9, weightDecay: 5e-4, iterSize: 2 },
      seed: 7,
      ...(state && { state }),
    });
  const numbers = async (t: Trainer) => {
    const { weights, history } = await t.state();
    return [...weights, ...history].map(([name, { data }]) => [name, [...new Uint32Array(data.buffer)]]);
  };

  it('ends with the same bits when it is run again, and when it is stopped and goes on', async () => {
    const whole = await trainer();
    await fit(whole, examples, OPTIONS);
    const wanted = await numbers(whole);
    const again = await trainer();
    await fit(again, examples, OPTIONS);
    expect(await numbers(again)).to.deep.equal(wanted);

    const abort = new AbortController();
    let kept: TrainerState | undefined;
    const stopped = await trainer();
    const run = fit(stopped, examples, {
      ...OPTIONS,
      signal: abort.signal,
      onStep: ({ done }) => done === 3 && abort.abort(),
      keep: async (state) => {
        kept = state;
      },
    });
    await rejection(run, DOMException);
    expect(kept?.iteration).to.equal(3);
    const resumed = await trainer(kept);
    await fit(resumed, examples, OPTIONS);
    expect(await numbers(resumed)).to.deep.equal(wanted);
    for (const t of [whole, again, stopped, resumed]) t.dispose();
  });

  it('learns, reports each step and tests when it should', async () => {
    const t = await trainer();
    const steps: FitStep[] = [];
    const tests: number[] = [];
    let kept = 0;
    await fit(t, examples, {
      ...OPTIONS,
      augmentation: {},
      iterations: 30,
      onStep: (step) => steps.push(step),
      testEvery: 20,
      test: async (iteration) => void tests.push(iteration),
      keepEvery: 10,
      keep: async () => void kept++,
    });
    expect(steps.map(({ done }) => done)).to.deep.equal(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(tests).to.deep.equal([20, 30]);
    expect(kept).to.equal(3);
    expect(steps[29]!.meanLoss).to.be.below(0.5 * steps[0]!.loss);
    expect(steps[29]!.secondsLeft).to.equal(0);

    const net = await engine.compile(t.graph, { weights: await t.weights() });
    const scored = scoredHeads(t.graph, [{ suffix: '', names: ['none', 'first', 'second'], ignore: 255 }]);
    const pictures = { count: 6, load: async (i: number) => examined(example(i)) };
    const of = async (from: Parameters<typeof evaluate>[0]) =>
      (await evaluate(from, pictures, scored, { name: 'tiny' }, { detail: 'all' })).heads[0]!;
    const found = await of(net);
    expect(found.pixelAcc).to.be.above(0.9);
    const marked = Array.from(
      { length: 6 },
      (_, i) => example(i).maps[1]!.values.filter((v) => v !== 255).length,
    );
    expect(found.confusion.flat().reduce((a, b) => a + b, 0)).to.equal(marked.reduce((a, b) => a + b, 0));
    expect(found.pictures!.map(({ id }) => id)).to.deep.equal(['0', '1', '2', '3', '4', '5']);
    const [narrow, , , , wide] = found.trimap!;
    expect(narrow!.pixelAcc).to.be.below(wide!.pixelAcc!);
    expect(found.trimap!.at(-1)!.meanIU).to.be.closeTo(found.meanIU!, 1e-12);

    // The trainer itself runs the net as it is now, without compiling it anew.
    expect(await of(t)).to.deep.equal(found);
    net.dispose();
    t.dispose();
  });

  it('leaves classes that the truth lacks out of the mean IU of SIFT Flow alone', async () => {
    const g = new Graph('identity');
    g.output(g.conv('score', g.input('data', 3), { out: 3, kernel: 1, bias: false }));
    const weights = new Map([
      ['score.weight', { dims: [3, 3, 1, 1], data: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1) }],
    ]);
    const net = await engine.compile(g, { weights });
    const [truth, found] = [
      [0, 0, 2, 2],
      [0, 1, 2, 2],
    ];
    const data = Float32Array.from({ length: 12 }, (_, i) => Number(found[i % 4] === Math.floor(i / 4)));
    const picture = {
      id: 'a',
      inputs: { data: { shape: { n: 1, c: 3, h: 1, w: 4 }, data } },
      labels: () => ({ h: 1, w: 4, values: truth }),
    };
    const scored = scoredHeads(g, [{ suffix: '', names: ['a', 'b', 'c'], ignore: 255 }]);
    // IU of 1/2, of 0 for the class that is found where it never is, of 1.
    for (const [name, meanIU] of [
      ['voc', 0.5],
      ['siftflow', 0.75],
    ] as const) {
      const { heads } = await evaluate(net, { count: 1, load: async () => picture }, scored, { name });
      expect(heads[0]!.meanIU, name).to.be.closeTo(meanIU, 1e-12);
    }
    net.dispose();
  });

  it('stops where the loss is no number', async () => {
    const t = await createTrainer(engine, tiny(), {
      weights: seededWeights(tiny(), 1),
      heads: [{ output: 'scores', normalization: 'NONE' }],
      solver: { baseLr: 1e30 },
    });
    const error = await rejection(fit(t, examples, { ...OPTIONS, iterations: 20 }), ShapeError);
    expect(error.message).to.match(
      /^scores: the loss of \d+ pixels is no number, should be finite; the rate may be too high/,
    );
    t.dispose();
  });

  it('keeps no state whose loss is no number, though it was stopped in that step', async () => {
    const abort = new AbortController();
    const step = async () => {
      const loss = new Promise<number>((_, reject) => {
        abort.abort();
        reject(new ShapeError('scores: the loss is no number'));
      });
      return { iteration: 0, rate: 1, loss };
    };
    const broken = { iteration: 0, settings: { iterSize: 1 }, step } as unknown as Trainer;
    const keep = async () => expect.fail('kept');
    await rejection(fit(broken, examples, { ...OPTIONS, signal: abort.signal, keep }), ShapeError);
  });
});
