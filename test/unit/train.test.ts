import { expect } from 'chai';
import { DataError, FormatError, ShapeError, UnsupportedError } from '../../src/errors.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import { balanced, classShares } from '../../src/train/balance.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { draw } from '../../src/train/draw.js';
import { augmented, batchOf, type Example, exampleOf, moved } from '../../src/train/example.js';
import { ordered } from '../../src/train/order.js';
import { type RECIPES, ratesOf, recipe } from '../../src/train/recipes.js';
import { defaultRate, learningRate, solverSettings } from '../../src/train/solver.js';
import { writeSafetensors } from '../../src/weights/safetensors_write.js';
import type { Weights } from '../../src/weights/weights.js';

/** A picture of 1, 2, 3, ... in each of its channels, and its labels. */
function example(h = 3, w = 4, id = 'a'): Example {
  const map = (name: string, channels: number, outside: number) => ({
    name,
    channels,
    values: Float32Array.from({ length: channels * h * w }, (_, i) => 1 + (i % (h * w))),
    outside,
  });
  return { id, h, w, maps: [map('data', 2, 0), map('label', 1, 255)] };
}

describe('draws of a training run', () => {
  it('follow from their words alone, and are uniform', () => {
    expect(draw(1, 2, 3)).to.equal(draw(1, 2, 3));
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => draw(1, 2, i)));
    expect(seen.size).to.equal(1000);
    expect(draw(1, 2, 3)).to.not.equal(draw(1, 3, 2));
    expect(draw(1, 2 ** 40)).to.not.equal(draw(1, 2 ** 41));
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 10000; i++) tenths[Math.floor(10 * draw(7, i))]!++;
    // Five standard deviations of a binomial count.
    for (const count of tenths) expect(Math.abs(count - 1000)).to.be.below(150);
  });

  it('shuffled: every sample once an epoch, in another order', () => {
    const at = ordered('shuffled', 10, 3);
    const epochs = [0, 1, 2].map((e) => Array.from({ length: 10 }, (_, i) => at(10 * e + i)));
    for (const epoch of epochs) expect([...epoch].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(epochs[0]).to.not.deep.equal(epochs[1]);
    expect(ordered('shuffled', 10, 3)(17)).to.equal(epochs[1]![7]);
  });

  it('random: with replacement; listed: one after another', () => {
    const at = ordered('random', 5, 1);
    const seen = Array.from({ length: 500 }, (_, i) => at(i));
    expect(new Set(seen)).to.have.lengthOf(5);
    expect(seen.slice(0, 5)).to.not.deep.equal([0, 1, 2, 3, 4]);
    expect([0, 4, 5, 12].map(ordered('listed', 5, 1))).to.deep.equal([0, 4, 0, 2]);
  });
});

describe('examples of a training run', () => {
  it('are preprocessed pictures and labels of each head', () => {
    const preprocess = { order: 'bgr', mean: [1, 2, 3] } as const;
    const made = exampleOf(
      {
        inputs: [{ name: 'data', channels: 3, preprocess }],
        heads: [
          { suffix: '_sem', names: ['a', 'b'], ignore: 255 },
          { suffix: '_geo', names: ['c'], ignore: 7 },
        ],
      },
      {
        id: 'x',
        h: 1,
        w: 2,
        pictures: [{ width: 2, height: 1, rgba: Uint8Array.of(10, 20, 30, 255, 40, 50, 60, 255) as never }],
        labels: [Uint8Array.of(1, 255), Uint8Array.of(0, 7)],
      },
    );
    expect(made.maps.map(({ name, values, outside }) => [name, [...values], outside])).to.deep.equal([
      ['data', [29, 59, 18, 48, 7, 37], 0],
      ['label_sem', [1, 255], 255],
      ['label_geo', [0, 7], 7],
    ]);
  });

  it('move with the mean colour and the ignored label behind them', () => {
    const [data, label] = moved(example(), false, [1, -2]).maps;
    expect([...label!.values]).to.deep.equal([255, 255, 255, 255, 3, 4, 255, 255, 7, 8, 255, 255]);
    expect([...data!.values.slice(12)]).to.deep.equal([0, 0, 0, 0, 3, 4, 0, 0, 7, 8, 0, 0]);
    expect([...moved(example(), false, [5, 0]).maps[1]!.values]).to.deep.equal(new Array(12).fill(255));
  });

  it('are mirrored, and moved after it', () => {
    const label = (dx: number) => [...moved(example(1, 4), true, [0, dx]).maps[1]!.values];
    expect(label(0)).to.deep.equal([4, 3, 2, 1]);
    expect(label(1)).to.deep.equal([255, 4, 3, 2]);
  });

  it('vary by up to the jitter, as the seed and the position say', () => {
    const shifts = Array.from({ length: 200 }, (_, i) => augmented(example(9, 9), { jitter: 2 }, 1, i));
    const first = (e: Example) => e.maps[1]!.values.indexOf(41);
    const places = new Set(shifts.map(first));
    expect(places.size).to.equal(25);
    expect(first(augmented(example(9, 9), { jitter: 2 }, 1, 17))).to.equal(first(shifts[17]!));
    expect(() => augmented(example(), { jitter: 0.5 }, 1, 0)).to.throw(ShapeError, 'jitter: 0.5 pixels');
    const plain = example();
    expect(augmented(plain, {}, 1, 0)).to.equal(plain);
  });

  it('keep the label of a whole picture where the picture is moved', () => {
    const { maps, ...rest } = example();
    const whole = { ...rest, maps: [maps[0]!, { ...maps[1]!, values: Float32Array.of(7) }] };
    const [data, label] = moved(whole, true, [1, -2]).maps;
    expect([...data!.values.slice(4, 8)]).to.deep.equal([2, 1, 0, 0]);
    expect([...label!.values]).to.deep.equal([7]);
    const batch = batchOf([whole, whole]);
    expect((batch.data as HostTensor).shape).to.deep.equal({ n: 2, c: 2, h: 3, w: 4 });
    expect(batch.label).to.deep.equal({ shape: { n: 2, c: 1, h: 1, w: 1 }, data: Float32Array.of(7, 7) });
  });

  it('make a batch where they are of one size', () => {
    const batch = batchOf([example(), example()]);
    expect((batch.data as HostTensor).shape).to.deep.equal({ n: 2, c: 2, h: 3, w: 4 });
    expect((batch.label as HostTensor).data).to.have.lengthOf(24);
    expect(() => batchOf([example(), example(3, 5, 'b')])).to.throw(
      DataError,
      'b: 3 x 5 pixels beside 3 x 4 of a',
    );
  });
});

describe('recipes', () => {
  const of = (name: (typeof RECIPES)[number], net: string) => {
    const { solver, normalization } = recipe(name, net);
    return [solver.baseLr, solver.momentum, solver.weightDecay, solver.iterSize, normalization];
  };
  // fcn.md 4.1 and 4.2.
  for (const [name, net, wanted] of [
    ['paper', 'fcn-alexnet', [1e-3, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn32s', [1e-4, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn16s', [1e-6, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn8s', [1e-8, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn8s-atonce', [1e-4, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn-squeezenet-8s', [1e-4, 0.9, 5e-4, 20, 'VALID']],
    ['paper', 'fcn-googlenet', [5e-5, 0.9, 2e-4, 20, 'VALID']],
    ['heavy', 'fcn-alexnet', [1e-4, 0.9, 5e-4, 20, 'VALID']],
    ['heavy', 'fcn32s', [1e-10, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'fcn16s', [1e-12, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'fcn8s', [1e-14, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'nyud-32s-rgb-hha', [1e-12, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'nyud-16s-rgb-hha', [1e-14, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'fcn8s-atonce', [1e-10, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'siftflow-16s', [1e-12, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'siftflow-8s', [1e-12, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['heavy', 'pascalcontext-8s', [1e-14, 0.99, 5e-4, 1, 'BATCH_SIZE']],
    ['atonce', 'fcn8s-atonce', [1e-10, 0.99, 5e-4, 1, 'BATCH_SIZE']],
  ] as const)
    it(`${name} of ${net}`, () => {
      for (const [i, value] of of(name, net).entries())
        if (typeof value === 'number') expect(value).to.be.closeTo(wanted[i] as number, 1e-9 * value);
        else expect(value).to.equal(wanted[i]);
    });

  it('last as long as the released solvers, and drop what the classifiers did', () => {
    for (const [name, net, iterations, dropout] of [
      ['paper', 'fcn8s', 100_000, 0.5],
      ['paper', 'fcn-googlenet', 100_000, 0.4],
      ['heavy', 'fcn-alexnet', 100_000, 0.5],
      ['heavy', 'fcn8s', 100_000, 0.5],
      ['heavy', 'fcn8s-atonce', 300_000, 0.5],
      ['atonce', 'fcn8s-atonce', 300_000, 0.5],
      ['heavy', 'nyud-32s-rgb-hha', 300_000, 0.5],
      ['heavy', 'siftflow-16s', 300_000, 0.5],
      ['heavy', 'pascalcontext-32s', 300_000, 0.5],
    ] as const)
      expect(recipe(name, net), `${name} of ${net}`).to.include({ iterations, dropout });
  });

  it("let biases of the released FCN-AlexNet's trunk learn and decay as the rest, and all others as the paper's", () => {
    const names = ['conv1.weight', 'conv1.bias', 'fc7.bias', 'score_fr.weight', 'score_fr.bias'];
    const rates = ratesOf(recipe('heavy', 'fcn-alexnet'), names);
    expect([...rates]).to.deep.equal([
      ['conv1.bias', { lr: 1, decay: 1 }],
      ['fc7.bias', { lr: 1, decay: 1 }],
    ]);
    expect(defaultRate('score_fr.bias')).to.deep.equal({ lr: 2, decay: 0 });
    for (const [name, net] of [
      ['paper', 'fcn-alexnet'],
      ['heavy', 'fcn32s'],
    ] as const)
      expect([...ratesOf(recipe(name, net), names)]).to.deep.equal([]);
  });

  it('know no net that learns at once from skips that are not scaled', () => {
    for (const net of ['fcn8s', 'fcn-small-16s', 'siftflow-8s'])
      expect(() => recipe('atonce', net)).to.throw(UnsupportedError, `atonce for ${net}, whose skips`);
    for (const net of ['fcn32s', 'fcn-small-8s-atonce', 'fcn-squeezenet-8s'])
      expect(recipe('atonce', net).solver.baseLr).to.equal(1e-10);
  });

  it('know no released FCN-GoogLeNet', () => {
    expect(() => recipe('heavy', 'fcn-googlenet')).to.throw(UnsupportedError, 'was not released');
  });
});

describe('the rate of an iteration', () => {
  // By Caffe's formulas, worked by hand from a base rate of 0.1.
  for (const [policy, wanted] of [
    [{ kind: 'fixed' }, { 0: 0.1, 1000: 0.1 }],
    [
      { kind: 'step', gamma: 0.5, stepSize: 10 },
      { 0: 0.1, 9: 0.1, 10: 0.05, 25: 0.025, 30: 0.0125 },
    ],
    [
      { kind: 'exp', gamma: 0.5 },
      { 0: 0.1, 1: 0.05, 3: 0.0125 },
    ],
    [
      { kind: 'inv', gamma: 0.25, power: 2 },
      { 0: 0.1, 4: 0.025, 12: 0.00625 },
    ],
    [
      { kind: 'multistep', gamma: 0.1, steps: [5, 9] },
      { 4: 0.1, 5: 0.01, 8: 0.01, 9: 0.001, 50: 0.001 },
    ],
    [
      { kind: 'poly', power: 2 },
      { 0: 0.1, 10: 0.05625, 20: 0.025, 40: 0, 50: 0 },
    ],
    [
      { kind: 'sigmoid', gamma: -1, stepSize: 10 },
      { 10: 0.05, 11: 0.0268941421, 9: 0.0731058579 },
    ],
  ] as const)
    it(`by the policy ${policy.kind}`, () => {
      const settings = solverSettings({ baseLr: 0.1, policy, maxIter: 40 });
      for (const [iteration, rate] of Object.entries(wanted))
        expect(learningRate(settings, Number(iteration)), iteration).to.be.closeTo(rate, 1e-10);
    });
});

describe('class balance', () => {
  const load = async (): Promise<Example> => {
    const values = Float32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 2, 255);
    return { id: '', h: 1, w: 10, maps: [{ name: 'label', channels: 1, values, outside: 255 }] };
  };

  it('counts the pixels that count, and brings classes to the median share', async () => {
    const shares = await classShares({ count: 2, load }, 'label', 4);
    expect(shares).to.deep.equal([6 / 9, 2 / 9, 1 / 9, 0]);
    expect(balanced(shares, 'none')).to.deep.equal({});
    expect(balanced(shares, 'weights').weights!.map((v) => +v.toFixed(9))).to.deep.equal([
      0.333333333, 1, 2, 1,
    ]);
    expect(balanced(shares, 'sampling').keep!.map((v) => +v.toFixed(9))).to.deep.equal([
      0.333333333, 1, 1, 1,
    ]);
    expect(balanced([0.5, 0.25, 0.25, 0], 'weights').weights).to.deep.equal([0.5, 1, 1, 1]);
    expect(balanced([0.6, 0.4], 'weights').weights!.map((v) => +v.toFixed(6))).to.deep.equal([
      0.833333, 1.25,
    ]);
  });

  it('is of labels that there are', async () => {
    const error = await classShares({ count: 1, load }, 'label_geo', 4).catch((e) => e);
    expect(error)
      .to.be.instanceOf(ShapeError)
      .with.property('message')
      .that.contains("no labels 'label_geo'");
  });
});

describe('checkpoints', () => {
  const tensor = (...data: number[]) => ({ dims: [data.length], data: Float32Array.from(data) });
  const weights: Weights = new Map([
    ['conv1.weight', tensor(1, 2)],
    ['__proto__.bias', tensor(3)],
  ]);
  const state = { iteration: 12, seed: 5, weights, history: new Map([['conv1.weight', tensor(-1, 0.5)]]) };

  it('come back as they were', () => {
    const checkpoint = { stage: 2, settings: '{"net":"fcn8s"}', state };
    expect(readCheckpoint(writeCheckpoint(checkpoint))).to.deep.equal(checkpoint);
  });

  it('are refused where they are none', () => {
    expect(() => readCheckpoint(writeSafetensors(weights))).to.throw(FormatError, 'no rarefy.checkpoint');
    const said = (json: string, tensors: Weights = new Map()) =>
      writeSafetensors(tensors, { metadata: new Map([['rarefy.checkpoint', json]]) });
    expect(() => readCheckpoint(said('{'))).to.throw(FormatError, 'should be JSON');
    expect(() => readCheckpoint(said('{"version":2}'))).to.throw(FormatError, 'version: 2');
    const whole = JSON.stringify({ version: 1, stage: 0, iteration: 1, seed: 1, settings: '' });
    expect(() => readCheckpoint(said(whole, weights))).to.throw(FormatError, "tensor 'conv1.weight'");
  });
});
