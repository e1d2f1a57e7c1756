import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.js';
import { Files } from '../../src/cli/model_args.js';
import { TRAIN_ARGS, type TrainArgs, trainOptions } from '../../src/cli/train_args.js';
import { rateWarning } from '../../src/cli/train_text.js';
import { ShapeError } from '../../src/errors.js';
import { differences } from '../../src/train/settings.js';
import { layersNamed, stageOf } from '../../src/train/stages.js';
import { startWeights } from '../../src/train/start.js';
import { seededWeights } from '../../src/weights/seeded.js';

const DEFAULTS = Object.fromEntries(
  Object.entries(TRAIN_ARGS).map(([name, o]) => [name, 'default' in o ? o.default : undefined]),
);
const args = (given: Record<string, string>) =>
  ({ ...DEFAULTS, net: 'fcn32s', data: 'scenes:1,8,32x32', ...given }) as TrainArgs;
const options = (given: Record<string, string>) => trainOptions(args(given), new Files());
const solvers = (given: Record<string, string>) =>
  options(given).stages.map(({ recipe: { solver, iterations } }) => ({ ...solver, iterations }));

describe('options of a training', () => {
  it('let the rate of each stage fall to 0 at its end', () => {
    const stages = solvers({ stages: '32s,16s', iterations: '30,20', lr: '0.1,0.01', policy: 'poly' });
    expect(stages).to.have.length(2);
    expect(stages[0]).to.include({ baseLr: 0.1, maxIter: 30, iterations: 30 });
    expect(stages[1]).to.include({ baseLr: 0.01, maxIter: 20, iterations: 20 });
    for (const { policy } of stages) expect(policy).to.deep.equal({ kind: 'poly', power: 0.9 });
  });

  it("keep the recipe's rate where nothing else is asked for", () => {
    expect(solvers({})[0]!.policy).to.deep.equal({ kind: 'fixed' });
  });

  it('take more images a step where fewer pixels of each count, unless they say how many', () => {
    const images = (given: Record<string, string>) => {
      const { stages, batch } = options(given);
      return stages.map(({ recipe }) => recipe.solver.iterSize * batch);
    };
    expect(images({})).to.deep.equal([20]);
    expect(images({ keep: '0.5', stages: '32s,16s' })).to.deep.equal([40, 40]);
    expect(images({ keep: '0.3' })).to.deep.equal([67]);
    expect(images({ keep: '0.25', recipe: 'heavy' })).to.deep.equal([4]);
    expect(images({ keep: '0.5', batch: '3' })).to.deep.equal([60]);
    expect(images({ keep: '0.5', 'iter-size': '4' })).to.deep.equal([4]);
  });

  it('clip, weigh classes, freeze layers and norms', () => {
    expect(solvers({ 'clip-gradients': '10' })[0]).to.include({ clipGradients: 10 });
    expect(solvers({})[0]).to.not.have.property('clipGradients');
    expect(options({})).to.not.have.any.keys('classWeights', 'freeze', 'frozenNorms');
    const given = options({ 'class-weights': '1,0.5,2e1', freeze: 'conv1_*,fc6', norms: 'frozen' });
    expect(given.classWeights).to.deep.equal([1, 0.5, 20]);
    expect(given.freeze).to.deep.equal(['conv1_*', 'fc6']);
    expect(given.frozenNorms).to.equal(true);
    const dir = mkdtempSync(join(tmpdir(), 'rarefy-weights-'));
    const file = join(dir, 'weights.txt');
    writeFileSync(file, '1\n0.25, 4\n');
    expect(options({ 'class-weights': file }).classWeights).to.deep.equal([1, 0.25, 4]);
    writeFileSync(file, '1\nroad\n');
    expect(() => options({ 'class-weights': file })).to.throw(UsageError, '--class-weights road: should be');
    rmSync(dir, { recursive: true });
    expect(() => options({ 'class-weights': file })).to.throw(UsageError, 'no file');
    expect(() => options({ 'class-weights': '1,-2' })).to.throw(UsageError);
    expect(() => options({ 'class-weights': '1,2', balance: 'weights' })).to.throw(UsageError, 'not both');
    expect(() => options({ 'clip-gradients': '0' })).to.throw(UsageError, '--clip-gradients 0');
  });
});

describe('patterns of layers to freeze', () => {
  const { graph } = stageOf('fcn16s', '16s', { width: 1 / 32 });

  it('are names in which * stands for any characters', () => {
    expect(layersNamed(graph, ['conv1_*', 'fc7'])).to.deep.equal(['conv1_1', 'conv1_2', 'fc7']);
    expect(layersNamed(graph, ['*pool4'])).to.deep.equal(['score_pool4']);
    expect(layersNamed(graph, [])).to.deep.equal([]);
  });

  it('without a layer are refused', () => {
    for (const pattern of ['conv9*', 'conv1', 'fc.', ''])
      expect(() => layersNamed(graph, ['fc6', pattern])).to.throw(ShapeError, `no layer '${pattern}'`);
  });
});

describe("the recipe's rate", () => {
  const said = (given: Record<string, string>, from?: string) => {
    const all = args(given);
    const [stage] = options(given).stages;
    const { graph } = stageOf(stage!.net, stage!.stage, { width: 1 / 32 });
    const sources = from ? [seededWeights(stageOf(from, null, { width: 1 / 32 }).graph, 1)] : [];
    const { report } = startWeights(graph, sources, { seed: 1 });
    return rateWarning(
      { kind: 'begin', stage: stage!.name, start: report, parameters: 1 },
      all,
      options(given).stages,
    );
  };

  it('is warned of where a net begins from nothing, or finer than its weights', () => {
    expect(said({ net: 'fcn8s', trunk: 'small', stages: '8s' })).to.match(
      /^warning: 8s begins from random numbers; the recipe's rate, 1\S*e-8, .* --lr sets another$/,
    );
    expect(said({ net: 'fcn32s' })).to.contain('random numbers');
    for (const recipe of ['paper', 'heavy'])
      expect(said({ net: 'fcn8s', stages: '8s', recipe }, 'vgg16')).to.contain(
        '8s begins with new scores, score_fr.weight; the',
      );
  });

  it('is not where it fits, or another is given', () => {
    expect(said({ net: 'fcn8s', stages: '32s,16s,8s' }, 'vgg16')).to.equal(undefined);
    expect(said({ net: 'fcn8s', stages: '8s' }, 'fcn16s')).to.equal(undefined);
    expect(said({ net: 'fcn8s', stages: '8s', lr: '0.01' })).to.equal(undefined);
    expect(said({ net: 'fcn8s-atonce', recipe: 'atonce' }, 'vgg16')).to.equal(undefined);
  });
});

describe('settings of two runs', () => {
  it('differ in keys, with both values', () => {
    const before = { seed: 5, stages: [{ name: '32s', recipe: { iterations: 3 } }], keep: 1, a: [] };
    const now = { seed: 6, stages: [{ name: '32s', recipe: { iterations: 9 } }], keep: 1, pad: 2, a: [] };
    const found = differences(JSON.stringify(before), JSON.stringify(now));
    expect(found).to.deep.equal([
      'seed 5, now 6',
      'stages[0].recipe.iterations 3, now 9',
      'pad not given, now 2',
    ]);
    expect(differences(JSON.stringify(now), JSON.stringify(now))).to.deep.equal([]);
  });
});
