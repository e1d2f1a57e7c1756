import { expect } from 'chai';
import { WeightsError } from '../../src/errors.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { bilinearFilter, isBilinear } from '../../src/lower/bilinear.js';
import { fcn8sAtOnce, fcn16s, fcn32s } from '../../src/nets/fcn_vgg16.js';
import { AT_ONCE_SCALES } from '../../src/nets/heads.js';
import { nyud } from '../../src/nets/nyud.js';
import { vgg16Classifier } from '../../src/nets/vgg16.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { expandScore, fillLayers, transplant, zeroWeights } from '../../src/weights/surgery.js';
import { channelMean, earlyFusion, interpolate } from '../../src/weights/surgery_filters.js';
import type { Weights } from '../../src/weights/weights.js';

const width = 1 / 64;
const tensor = (dims: number[], seed = 0) => ({
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i + seed),
});
const isZero = (weights: Weights, name: string) => weights.get(name)!.data.every((v) => v === 0);

describe('surgery: transplant', () => {
  it('casts a classifier to FCN-32s: the trunk and fc6 by their numbers, fc8 dropped, scores left at zero', () => {
    const old = seededWeights(vgg16Classifier({ width }), 1);
    const fc6 = old.get('fc6.weight')!;
    const empty = zeroWeights(fcn32s({ width }));
    const { weights, report } = transplant(empty, old);
    expect(fc6.dims).to.deep.equal([64, 8 * 7 * 7, 1, 1]);
    expect(weights.get('fc6.weight')).to.deep.equal({ dims: [64, 8, 7, 7], data: fc6.data });
    expect(weights.get('conv3_2.bias')).to.deep.equal(old.get('conv3_2.bias'));
    expect(report.coerced).to.deep.equal([{ name: 'fc6.weight', from: fc6.dims }]);
    expect(report.dropped).to.deep.equal(['fc8.weight', 'fc8.bias']);
    expect(report.copied.length).to.equal(2 * 15);
    expect([...weights.keys()].filter((name) => isZero(weights, name))).to.deep.equal([
      'score_fr.weight',
      'score_fr.bias',
    ]);
    expect([...empty.keys()].every((name) => isZero(empty, name))).to.equal(true);
  });

  it('gives every tensor of a classifier that is convolutionalised', () => {
    const g = vgg16Classifier({ width });
    const weights = seededWeights(g, 1);
    const { report } = transplant(zeroWeights(convolutionalise(g)), weights);
    expect(report.copied).to.deep.equal([...weights.keys()]);
    expect(report.coerced.map(({ name }) => name)).to.deep.equal(['fc6.weight']);
    expect(report.dropped).to.deep.equal([]);
  });

  it('leaves a finer net its new score layer at zero, so that it begins as the coarser one', () => {
    const coarse = seededWeights(fcn32s({ width }), 2);
    const { weights, report } = transplant(zeroWeights(fcn16s({ width })), coarse);
    expect(report.copied).to.deep.equal([...coarse.keys()]);
    expect(isZero(weights, 'score_pool4.weight') && isZero(weights, 'score_pool4.bias')).to.equal(true);
  });

  it('puts two nets into one of two trunks by suffix', () => {
    const color = seededWeights(nyud(32, 'rgb', { width }), 3);
    const hha = seededWeights(nyud(32, 'rgb', { width }), 4);
    const first = transplant(zeroWeights(nyud(32, 'rgb-hha', { width })), color, 'color');
    const { weights, report } = transplant(first.weights, hha, 'hha');
    expect(report.dropped).to.deep.equal([]);
    expect(weights.get('conv1_1color.weight')).to.deep.equal(color.get('conv1_1.weight'));
    expect(weights.get('score_frhha.bias')).to.deep.equal(hha.get('score_fr.bias'));
    expect([...weights.keys()].filter((name) => isZero(weights, name))).to.deep.equal([]);
  });

  it('refuses a tensor of another number of values', () => {
    const source: Weights = new Map([['score_fr.bias', tensor([20])]]);
    expect(() => transplant(zeroWeights(fcn32s({ width })), source)).to.throw(
      WeightsError,
      'score_fr.bias: 20 values [20], should be [21]',
    );
  });
});

describe('surgery: filters', () => {
  it('interpolate makes dense and grouped filters bilinear, and refuses others', () => {
    const target: Weights = new Map([
      ['dense.weight', tensor([3, 3, 4, 4])],
      ['grouped.weight', tensor([5, 1, 3, 3])],
      ['askew.weight', tensor([3, 2, 4, 4])],
    ]);
    const { weights, report } = interpolate(target, ['dense', 'grouped']);
    expect(report.copied).to.deep.equal(['dense.weight', 'grouped.weight']);
    const shape = (channels: number, groups: number, kernel: number) =>
      ({ out: channels, in: channels, groups, kernel: [kernel, kernel], transposed: true }) as const;
    expect(isBilinear(weights.get('dense.weight')!.data, shape(3, 1, 4))).to.equal(true);
    expect(isBilinear(weights.get('grouped.weight')!.data, shape(5, 5, 3))).to.equal(true);
    expect(weights.get('grouped.weight')!.data[0]).to.equal(bilinearFilter(3)[0]! ** 2);
    expect(weights.get('askew.weight')).to.equal(target.get('askew.weight'));
    expect(() => interpolate(target, ['askew'])).to.throw(WeightsError, 'askew.weight: [3, 2, 4, 4]');
    expect(() => interpolate(target, ['none'])).to.throw(WeightsError, 'none.weight: missing');
  });

  it('channelMean averages colour for a grey input', () => {
    const source: Weights = new Map([
      ['a.weight', tensor([2, 3, 1, 2])],
      ['a.bias', tensor([2])],
    ]);
    const target: Weights = new Map([
      ['b.weight', tensor([2, 1, 1, 2])],
      ['b.bias', tensor([2], 9)],
    ]);
    const { weights, report } = channelMean(target, source, ['b', 'a']);
    expect([...weights.get('b.weight')!.data]).to.deep.equal([2, 3, 8, 9]);
    expect([...weights.get('b.bias')!.data]).to.deep.equal([0, 1]);
    expect(report.coerced).to.deep.equal([{ name: 'b.weight', from: [2, 3, 1, 2] }]);
  });

  it('earlyFusion keeps the colour filters and gives depth their mean', () => {
    const source = seededWeights(nyud(32, 'rgb', { width }), 5);
    const target = zeroWeights(nyud(32, 'rgbd', { width }));
    const { weights, report } = earlyFusion(target, source);
    const old = source.get('conv1_1.weight')!.data;
    const made = weights.get('conv1_1_bgrd.weight')!;
    expect(made.dims).to.deep.equal([1, 4, 3, 3]);
    expect([...made.data.slice(0, 27)]).to.deep.equal([...old]);
    for (let tap = 0; tap < 9; tap++)
      expect(made.data[27 + tap]).to.be.closeTo((old[tap]! + old[9 + tap]! + old[18 + tap]!) / 3, 1e-7);
    expect(weights.get('conv1_1_bgrd.bias')).to.deep.equal(source.get('conv1_1.bias'));
    expect(report.copied).to.deep.equal(['conv1_1_bgrd.weight', 'conv1_1_bgrd.bias']);
    const rest = transplant(weights, source).report;
    expect(rest.dropped).to.deep.equal(['conv1_1.weight', 'conv1_1.bias']);
    expect(() => earlyFusion(source, source, ['conv1_1', 'conv1_1'])).to.throw(WeightsError, 'more than 3');
    const unbiased = new Map([...source].filter(([name]) => name !== 'conv1_1.bias'));
    expect(() => earlyFusion(target, unbiased)).to.throw(WeightsError, 'conv1_1.bias');
  });
});

describe('surgery: scores and scales', () => {
  it('expandScore keeps the old classes first and the new ones as they were', () => {
    const source: Weights = new Map([
      ['old.weight', tensor([2, 3, 1, 1], 10)],
      ['old.bias', tensor([2], 20)],
    ]);
    const target: Weights = new Map([
      ['new.weight', tensor([4, 3, 1, 1])],
      ['new.bias', tensor([4])],
    ]);
    const { weights, report } = expandScore(target, source, ['new', 'old']);
    expect([...weights.get('new.weight')!.data]).to.deep.equal([10, 11, 12, 13, 14, 15, 6, 7, 8, 9, 10, 11]);
    expect([...weights.get('new.bias')!.data]).to.deep.equal([20, 21, 2, 3]);
    expect(target.get('new.bias')!.data[0]).to.equal(0);
    expect(report.coerced.map(({ name }) => name)).to.deep.equal(['new.weight', 'new.bias']);
    expect(() => expandScore(source, target, ['old', 'new'])).to.throw(
      WeightsError,
      'old.weight: [4, 3, 1, 1]',
    );
  });

  it('fillLayers sets the scales of the net that is trained at once', () => {
    const { scale_pool4, scale_pool3 } = AT_ONCE_SCALES;
    const scales = { scale_pool4: scale_pool4!, scale_pool3: scale_pool3! };
    const { weights, report } = fillLayers(zeroWeights(fcn8sAtOnce({ width })), scales);
    expect(report.copied).to.deep.equal(['scale_pool4.weight', 'scale_pool3.weight']);
    expect([...weights.get('scale_pool4.weight')!.data]).to.deep.equal(Array(8).fill(Math.fround(0.01)));
    expect([...weights.get('scale_pool3.weight')!.data]).to.deep.equal(Array(4).fill(Math.fround(0.0001)));
  });
});
