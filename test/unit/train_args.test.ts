import { expect } from 'chai';
import { Files } from '../../src/cli/model_args.js';
import { TRAIN_ARGS, type TrainArgs, trainOptions } from '../../src/cli/train_args.js';

const DEFAULTS = Object.fromEntries(
  Object.entries(TRAIN_ARGS).map(([name, o]) => [name, 'default' in o ? o.default : undefined]),
);
const solvers = (given: Record<string, string>) =>
  trainOptions(
    { ...DEFAULTS, net: 'fcn32s', data: 'scenes:1,8,32x32', ...given } as TrainArgs,
    new Files(),
  ).stages.map(({ recipe: { solver, iterations } }) => ({ ...solver, iterations }));

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
});
