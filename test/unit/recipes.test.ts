import { expect } from 'chai';
import { UnsupportedError } from '../../src/errors.js';
import { type RECIPES, ratesOf, recipe } from '../../src/train/recipes.js';
import { defaultRate, learningRate, solverSettings } from '../../src/train/solver.js';

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
