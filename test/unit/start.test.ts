import { expect } from 'chai';
import { WeightsError } from '../../src/errors.js';
import { NETS } from '../../src/nets/index.js';
import { startWeights } from '../../src/train/start.js';
import { seededWeights } from '../../src/weights/seeded.js';

const width = 1 / 32;
const net = (name: string, classes: number) => NETS[name]!({ width, classes });

describe('weights of a net with other classes', () => {
  const source = seededWeights(net('fcn8s', 21), 2);

  it('give all but the scores, which begin at zero', () => {
    const { weights, report } = startWeights(net('fcn8s', 11), [source], { seed: 1 });
    const layers = ['score_fr', 'score_pool4', 'score_pool3'];
    expect(report.rescored).to.deep.equal(layers.map((layer) => ({ layer, from: 21, to: 11 })));
    const scores = layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]);
    expect([report.zero, report.dropped, report.seeded]).to.deep.equal([scores, scores, []]);
    expect(report.copied).to.have.lengthOf(source.size - 6);
    expect(weights.get('fc7.weight')!.data).to.deep.equal(source.get('fc7.weight')!.data);
    expect(weights.get('score_fr.weight')!.dims[0]).to.equal(11);
    expect(weights.get('score_fr.weight')!.data.every((v) => v === 0)).to.equal(true);
    const random = startWeights(net('fcn8s', 11), [source], { seed: 1, scores: 'random' });
    expect(random.report.seeded).to.deep.equal(scores.filter((name) => name.endsWith('weight')));
  });

  it('give the scores too where the classes are as many', () => {
    const { weights, report } = startWeights(net('fcn8s', 21), [source], { seed: 1 });
    expect([report.rescored, report.dropped, report.zero]).to.deep.equal([[], [], []]);
    expect(weights.get('score_fr.bias')!.data).to.deep.equal(source.get('score_fr.bias')!.data);
  });

  it('of two heads and of two trunks', () => {
    const heads = seededWeights(NETS['siftflow-16s']!({ width, classes: 33, geometric: 3 }), 2);
    const two = startWeights(NETS['siftflow-16s']!({ width, classes: 12, geometric: 3 }), [heads], {
      seed: 1,
    });
    expect(two.report.rescored.map(({ layer }) => layer)).to.deep.equal(['score_fr_sem', 'score_pool4_sem']);
    const trunks = ['rgb', 'hha'].map((kind) => seededWeights(net(`nyud-32s-${kind}`, 40), 3));
    const late = startWeights(net('nyud-32s-rgb-hha', 5), trunks, { seed: 1 });
    expect(late.report.rescored.map(({ layer }) => layer)).to.deep.equal(['score_frcolor', 'score_frhha']);
    expect(late.report.zero).to.have.lengthOf(4);
  });

  it('of a net whose scores have another name', () => {
    const resnet = seededWeights(net('fcn-resnet50', 21), 2);
    const { report } = startWeights(net('fcn-resnet50', 11), [resnet], { seed: 1 });
    const layers = ['classifier.4', 'aux_classifier.4'];
    expect(report.rescored).to.have.deep.members(layers.map((layer) => ({ layer, from: 21, to: 11 })));
    expect(report.seeded).to.have.members(layers.map((layer) => `${layer}.weight`));
  });

  it('are refused where another size differs, or none is of the net', () => {
    const wider = NETS.fcn8s!({ width: 1 / 16, classes: 11 });
    expect(() => startWeights(wider, [source], { seed: 1 })).to.throw(WeightsError, 'conv1_1.weight: ');
    const narrower = new Map(
      [...source].map(([name, tensor]) => [
        name,
        name === 'score_fr.weight' ? { dims: [21, 64, 1, 1], data: new Float32Array(21 * 64) } : tensor,
      ]),
    );
    expect(() => startWeights(net('fcn8s', 11), [narrower], { seed: 1 })).to.throw(
      WeightsError,
      'score_fr.weight: 1344 values',
    );
    const other = seededWeights(net('fcn-resnet50', 21), 2);
    expect(() => startWeights(net('fcn8s', 11), [other], { seed: 1 })).to.throw(
      WeightsError,
      /^fcn8s: none of the weights' tensors \(backbone\.conv1\.weight, .* and \d+ more\) is the net's, should be of conv1_1\.weight, /,
    );
    expect(() => startWeights(net('fcn8s', 11), [new Map()], { seed: 1 })).to.throw(WeightsError);
  });
});
