import { expect } from 'chai';
import { ShapeError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { parameters } from '../../src/graph/parameters.js';
import { NETS } from '../../src/nets/index.js';
import { allHeads, scoredHeads } from '../../src/train/scored.js';
import { headClasses, stageNet, stageOf } from '../../src/train/stages.js';
import { startWeights } from '../../src/train/start.js';
import { seededWeights } from '../../src/weights/seeded.js';

describe('stages', () => {
  it('are nets of the family, by trunk and stride', () => {
    expect(stageNet('fcn8s', 'vgg16', '16s')).to.equal('fcn16s');
    expect(stageNet('fcn8s', 'small', '32s-fixed')).to.equal('fcn-small-32s');
    expect(stageNet('siftflow-8s', 'vgg16', '32s')).to.equal('siftflow-32s');
    expect(stageNet('nyud-16s-rgb-hha', 'vgg16', '32s')).to.equal('nyud-32s-rgb-hha');
    expect(stageNet('fcn-alexnet', 'vgg16', null)).to.equal('fcn-alexnet');
    expect(stageNet('nyud-16s-rgb-hha', 'small', '32s')).to.equal('nyud-small-32s-rgb-hha');
    expect(stageNet('siftflow-8s', 'small', null)).to.equal('siftflow-small-8s');
    expect(stageNet('fcn8s-atonce', 'small', null)).to.equal('fcn-small-8s-atonce');
    expect(() => stageNet('fcn-alexnet', 'small', null)).to.throw(UnsupportedError, 'says no stride');
    expect(() => stageNet('fcn-alexnet', 'vgg16', '16s')).to.throw(UnsupportedError, 'says no stride');
    expect(() => stageNet('fcn8s', 'deep', '16s')).to.throw(UnsupportedError, "net 'fcn-deep-16s'");
  });

  it('fix all but the scores at 32s-fixed, and the scales of a net that is trained at once', () => {
    expect(stageOf('fcn-small-32s', '32s', {}).frozen).to.deep.equal([]);
    const { frozen } = stageOf('fcn-small-32s', '32s-fixed', {});
    expect(frozen).to.include.members(['conv1_1', 'fc7']).and.not.include('score_fr');
    const learns = (net: string) => {
      const { graph, frozen: kept } = stageOf(net, '32s-fixed', { width: 1 / 16 });
      return parameters(graph).filter(
        ({ name, node }) => !kept.includes(node.name) && name.endsWith('.weight'),
      );
    };
    const named = (net: string) => learns(net).map(({ node }) => node.name);
    expect(named('siftflow-small-32s')).to.deep.equal(['score_fr_sem', 'score_fr_geo']);
    expect(named('nyud-small-32s-rgb-hha')).to.deep.equal(['score_frcolor', 'score_frhha']);
    expect(stageOf('fcn-small-32s-fixed', null, {}).frozen).to.deep.equal(frozen);
    expect(stageOf('fcn8s-atonce', null, { width: 1 / 16 }).frozen).to.deep.equal([
      'scale_pool4',
      'scale_pool3',
    ]);
  });

  it('drop values where the classifier did', () => {
    const dropped = (net: string) => stageOf(net, null, { width: 1 / 16 }).dropped;
    expect(dropped('fcn8s')).to.deep.equal(['fc6', 'fc7']);
    expect(dropped('nyud-32s-rgb-hha')).to.deep.equal(['fc6color', 'fc7color', 'fc6hha', 'fc7hha']);
    expect(dropped('fcn-googlenet')).to.deep.equal(['inception_5b/output']);
    expect(dropped('fcn-squeezenet-8s')).to.deep.equal(['fire9/concat']);
    expect(dropped('fcn-small-8s')).to.deep.equal(['relu6', 'relu7']);
  });

  it('begin with batch norms that change nothing', () => {
    const { graph } = stageOf('fcn-small-32s', '32s', { width: 1 / 16 });
    const { weights, report } = startWeights(graph, [], { seed: 1 });
    const values = (name: string) => [...new Set(weights.get(name)!.data)];
    expect(
      ['weight', 'bias', 'running_mean', 'running_var'].map((part) => values(`bn1_1.${part}`)),
    ).to.deep.equal([[1], [0], [0], [1]]);
    expect(report.zero).to.include.members(['bn1_1.bias', 'bn6.running_mean', 'score_fr.weight']);
    expect(report.seeded).to.include.members(['conv1_1.weight', 'bn1_1.weight', 'fc6.weight']);
    const again = startWeights(graph, [seededWeights(graph, 5)], { seed: 1 });
    expect(again.weights.get('bn7.running_mean')!.data[0]).not.to.equal(0);
  });

  it('have the classes of each head of the data set', () => {
    const head = (suffix: string, count: number) => ({ suffix, names: Array<string>(count).fill('class') });
    expect(headClasses([head('', 7)])).to.deep.equal({ classes: 7 });
    const both = headClasses([head('_sem', 12), head('_geo', 4)]);
    const { outputs } = stageOf('siftflow-16s', null, { width: 1 / 16, ...both }).graph;
    expect([...outputs].map(([name, { channels }]) => [name, channels])).to.deep.equal([
      ['score_sem', 12],
      ['score_geo', 4],
    ]);
    const heads = [head('_sem', 12), head('_geo', 4)].map((each) => ({ ...each, ignore: 255 }));
    expect(allHeads({ name: 'both', outputs }, heads).map(({ output }) => output)).to.deep.equal([
      'score_sem',
      'score_geo',
    ]);
    const one = stageOf('fcn-small-16s', null, { classes: 12 }).graph;
    expect(scoredHeads(one, heads).map(({ head }) => head.suffix)).to.deep.equal(['_sem']);
    expect(() => allHeads(one, heads)).to.throw(ShapeError, 'outputs score for 1 heads of 2');
    expect(() => allHeads(one, [{ ...heads[0]!, suffix: '', names: Array(13).fill('') }])).to.throw(
      ShapeError,
      'scores 12 classes, should score at least 13',
    );
  });

  it('go on with the numbers of the stage before, and zero scores', () => {
    const before = stageOf('fcn-small-32s', '32s', { width: 1 / 16 }).graph;
    const { graph } = stageOf('fcn-small-16s', '16s', { width: 1 / 16 });
    const source = seededWeights(before, 5);
    const { weights, report } = startWeights(graph, [source], { seed: 1 });
    expect(weights.get('conv1_1.weight')).to.deep.equal(source.get('conv1_1.weight'));
    expect(weights.get('score_fr.bias')).to.deep.equal(source.get('score_fr.bias'));
    expect(report.zero).to.deep.equal(['score_pool4.weight', 'score_pool4.bias']);
    expect(weights.get('score_pool4.weight')!.data.every((v) => v === 0)).to.equal(true);
    expect(report.seeded).to.deep.equal([]);
    const random = startWeights(graph, [source], { seed: 1, scores: 'random' });
    expect(random.report.seeded).to.deep.equal(['score_pool4.weight']);
  });

  it('fuse colour and depth early, and two trunks late', () => {
    const color = seededWeights(stageOf('nyud-32s-rgb', null, { width: 1 / 16 }).graph, 5);
    const hha = seededWeights(stageOf('nyud-32s-hha', null, { width: 1 / 16 }).graph, 6);
    const early = startWeights(stageOf('nyud-32s-rgbd', null, { width: 1 / 16 }).graph, [color], { seed: 1 });
    expect([early.report.seeded, early.report.dropped]).to.deep.equal([[], []]);
    const [row, old] = [early.weights.get('conv1_1_bgrd.weight')!, color.get('conv1_1.weight')!].map(
      ({ data }) => data,
    );
    expect(row!.subarray(0, 27)).to.deep.equal(old!.subarray(0, 27));
    expect(row![27]).to.be.closeTo((old![0]! + old![9]! + old![18]!) / 3, 1e-7);

    const { graph } = stageOf('nyud-32s-rgb-hha', null, { width: 1 / 16 });
    const late = startWeights(graph, [color, hha], { seed: 1 });
    expect(late.weights.get('fc6color.weight')).to.deep.equal(color.get('fc6.weight'));
    expect(late.weights.get('fc6hha.weight')).to.deep.equal(hha.get('fc6.weight'));
    expect(late.weights.get('score_frhha.weight')).to.deep.equal(hha.get('score_fr.weight'));
    expect([late.report.seeded, late.report.zero, late.report.dropped]).to.deep.equal([[], [], []]);
    const finer = stageOf('nyud-16s-rgb-hha', null, { width: 1 / 16 }).graph;
    const next = startWeights(finer, [late.weights], { seed: 1 });
    expect(next.report.zero).to.have.lengthOf(4);
    expect(next.weights.get('fc6hha.weight')).to.deep.equal(hha.get('fc6.weight'));
    expect(() => startWeights(finer, [late.weights, hha], { seed: 1 })).to.throw(
      UnsupportedError,
      'of 2 files',
    );
  });

  it('fuse trunks with norms, from nets or one classifier', () => {
    const small = { width: 1 / 32, classes: 12 };
    const classifier = seededWeights(NETS.small!(small), 2);
    const color = seededWeights(NETS['nyud-small-32s-rgb']!(small), 5);
    const early = startWeights(NETS['nyud-small-16s-rgbd']!(small), [color], { seed: 1 });
    expect([early.report.seeded, early.report.dropped]).to.deep.equal([[], []]);
    expect(early.report.zero).to.deep.equal(['score_pool4.weight', 'score_pool4.bias']);
    expect(early.weights.get('bn1_1.running_var')).to.deep.equal(color.get('bn1_1.running_var'));
    for (const net of ['nyud-small-32s-rgbd', 'nyud-small-32s-rgb-hha', 'siftflow-small-16s']) {
      const { seeded, zero, dropped } = startWeights(NETS[net]!(small), [classifier], { seed: 1 }).report;
      expect([seeded, dropped], net).to.deep.equal([[], ['fc8.weight', 'fc8.bias']]);
      expect(zero.every((name) => name.startsWith('score'))).to.equal(true);
    }
  });

  it('begin with the fixed scales, and cast a classifier', () => {
    const { graph } = stageOf('fcn8s-atonce', null, { width: 1 / 16 });
    const classifier = NETS.vgg16!({ width: 1 / 16 });
    const source = seededWeights(classifier, 2);
    const { weights, report } = startWeights(graph, [source], { seed: 1 });
    expect(report.coerced.map(({ name }) => name)).to.deep.equal(['fc6.weight']);
    expect(report.dropped).to.deep.equal(['fc8.weight', 'fc8.bias']);
    expect(weights.get('fc6.weight')!.data).to.deep.equal(source.get('fc6.weight')!.data);
    expect(weights.get('scale_pool4.weight')!.data.every((v) => v === Math.fround(0.01))).to.equal(true);
    expect(weights.get('scale_pool3.weight')!.data.every((v) => v === Math.fround(0.0001))).to.equal(true);
  });

  it('begin as the classifier: its trunk in the small net, on request its last layer as the scores', () => {
    const source = seededWeights(NETS.small!({ width: 1 / 32, classes: 12 }), 2);
    const { graph } = stageOf('fcn-small-16s', null, { width: 1 / 32, classes: 12 });
    const zero = startWeights(graph, [source], { seed: 1 });
    expect(zero.report.coerced.map(({ name }) => name)).to.deep.equal(['fc6.weight']);
    expect(zero.report.dropped).to.deep.equal(['fc8.weight', 'fc8.bias']);
    const zeros = ['score_fr.weight', 'score_fr.bias', 'score_pool4.weight', 'score_pool4.bias'];
    expect([zero.report.copied.length, zero.report.zero, zero.report.seeded]).to.deep.equal([75, zeros, []]);
    const { weights, report } = startWeights(graph, [source], { seed: 1, scores: 'classifier' });
    expect(weights.get('score_fr.weight')!.data).to.deep.equal(source.get('fc8.weight')!.data);
    expect([report.dropped, report.zero]).to.deep.equal([[], zeros.slice(2)]);
    const next = startWeights(graph, [weights], { seed: 1, scores: 'classifier' });
    expect(next.weights.get('score_fr.bias')).to.deep.equal(weights.get('score_fr.bias'));
    const other = stageOf('fcn-small-16s', null, { width: 1 / 32, classes: 5 }).graph;
    expect(() => startWeights(other, [source], { seed: 1, scores: 'classifier' })).to.throw(
      WeightsError,
      'score_fr.weight',
    );
    const heads = stageOf('siftflow-32s', null, { width: 1 / 32 }).graph;
    expect(() => startWeights(heads, [source], { seed: 1, scores: 'classifier' })).to.throw(
      UnsupportedError,
      'siftflow-32s: scores from a classifier',
    );
  });
});
