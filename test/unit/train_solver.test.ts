import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.js';
import { Files } from '../../src/cli/model_args.js';
import { TRAIN_ARGS, type TrainArgs, trainOptions } from '../../src/cli/train_args.js';

const DEFAULTS = Object.fromEntries(
  Object.entries(TRAIN_ARGS).map(([name, o]) => [name, 'default' in o ? o.default : undefined]),
);

/** The recipes of the stages, and what was said of them. */
function recipes(given: Record<string, string>) {
  const warnings: string[] = [];
  const args = { ...DEFAULTS, net: 'fcn32s', data: 'scenes:1,8,32x32', ...given } as TrainArgs;
  const { stages } = trainOptions(args, new Files(), (line) => warnings.push(line));
  return { stages: stages.map(({ recipe }) => recipe), warnings };
}

describe('settings of a solver from options', () => {
  it('stand before what the recipe says', () => {
    const [stage] = recipes({ momentum: '0.5', 'weight-decay': '0', 'iter-size': '3', dropout: '0' }).stages;
    expect(stage!.solver).to.include({ baseLr: 1e-4, momentum: 0.5, weightDecay: 0, iterSize: 3 });
    expect(stage!.dropout).to.equal(0);
    expect(stage!.normalization).to.equal('VALID');
    expect(recipes({ normalization: 'FULL' }).stages[0]!.normalization).to.equal('FULL');
  });
});

describe('a Caffe solver of a training', () => {
  let folder = '';
  const solver = () => join(folder, 'solver.prototxt');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rarefy-'));
    mkdirSync(join(folder, 'nets'));
    writeFileSync(
      solver(),
      `train_net: "nets/train.prototxt" base_lr: 1e-10 lr_policy: "step" gamma: 0.5 stepsize: 7
       momentum: 0.99 weight_decay: 0.0003 iter_size: 2 max_iter: 40`,
    );
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** A train net with losses of these parameters. */
  const net = (...losses: string[]) =>
    writeFileSync(
      join(folder, 'nets/train.prototxt'),
      losses
        .map(
          (p, i) => `layer { name: "loss${i}" type: "SoftmaxWithLoss" bottom: "score" loss_param { ${p} } }`,
        )
        .concat('layer { name: "accuracy" type: "Accuracy" bottom: "score" }')
        .join('\n'),
    );

  it("gives what it says, and its train net the loss's divisor", () => {
    for (const [params, normalization] of [
      ['ignore_label: 255 normalize: false', 'BATCH_SIZE'],
      ['normalize: true', 'VALID'],
      ['normalization: NONE', 'NONE'],
    ] as const) {
      net(params, params);
      const { stages, warnings } = recipes({ solver: solver() });
      expect(stages[0]!.solver).to.deep.include({
        baseLr: 1e-10,
        policy: { kind: 'step', gamma: 0.5, stepSize: 7 },
        momentum: 0.99,
        weightDecay: 3e-4,
        iterSize: 2,
      });
      expect(stages[0]).to.include({ iterations: 40, dropout: 0.5, normalization });
      expect(warnings).to.deep.equal([]);
    }
  });

  it('never divides by what nothing says without a word', () => {
    const said = () => {
      const { stages, warnings } = recipes({ solver: solver(), recipe: 'heavy' });
      expect(stages[0]!.normalization).to.equal('BATCH_SIZE');
      expect(warnings).to.have.length(1);
      return warnings[0];
    };
    expect(said()).to.contain(
      'its train net nets/train.prototxt is not there; the loss of fcn32s is divided',
    );
    net('normalize: false', 'normalize: true');
    expect(said()).to.contain('are divided as BATCH_SIZE,VALID; ').and.to.contain('as --recipe heavy has it');
    net();
    expect(said()).to.contain('has no loss');
    writeFileSync(solver(), 'base_lr: 1 lr_policy: "fixed"');
    expect(said()).to.contain('it names no train net');
    const given = recipes({ solver: solver(), normalization: 'NONE' });
    expect(given.stages[0]!.normalization).to.equal('NONE');
    expect(given.warnings).to.deep.equal([]);
  });

  it('is a file', () => {
    expect(() => recipes({ solver: join(folder, 'none') })).to.throw(UsageError, '--solver: no file');
  });
});
