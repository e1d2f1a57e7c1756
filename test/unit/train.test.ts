import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkpointHeader } from '../../src/cli/checkpoint_file.js';
import { DataError, FormatError, ShapeError } from '../../src/errors.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import { balanced, classShares } from '../../src/train/balance.js';
import { readCheckpoint, writeCheckpoint } from '../../src/train/checkpoint.js';
import { draw } from '../../src/train/draw.js';
import { augmented, batchOf, type Example, exampleOf, moved } from '../../src/train/example.js';
import { ordered } from '../../src/train/order.js';
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

  it('say where they are without their numbers, however many there are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rarefy-'));
    try {
      const path = join(folder, 'checkpoint.safetensors');
      writeFileSync(path, writeCheckpoint({ stage: 2, settings: 'all', state }));
      truncateSync(path, 2_150_790_784); // of the late fusion on VGG16, with a hole
      expect(checkpointHeader(path)).to.include({ stage: 2, iteration: 12, seed: 5, settings: 'all' });
    } finally {
      rmSync(folder, { recursive: true });
    }
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
