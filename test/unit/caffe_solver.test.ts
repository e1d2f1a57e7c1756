import { expect } from 'chai';
import { FormatError, UnsupportedError } from '../../src/errors.js';
import { readSolver } from '../../src/weights/caffe/solver.js';

const fixed = 'base_lr: 0.01 lr_policy: "fixed"';

describe('caffe solver', () => {
  it("reads the settings of the paper's solvers", () => {
    const solver = readSolver(`
      train_net: "train.prototxt"
      test_net: "val.prototxt"
      test_iter: 736
      test_interval: 999999999 # never
      display: 20
      average_loss: 20
      lr_policy: "fixed"
      base_lr: 1e-14
      momentum: 0.99
      iter_size: 1
      max_iter: 100000
      weight_decay: 0.0005
      snapshot: 4000
      snapshot_prefix: "snapshot/train"
      test_initialization: false`);
    expect(solver).to.eql({
      type: 'SGD',
      trainNet: 'train.prototxt',
      testNets: ['val.prototxt'],
      baseLr: 1e-14,
      policy: { kind: 'fixed' },
      momentum: 0.99,
      weightDecay: 0.0005,
      regularization: 'L2',
      clipGradients: null,
      iterSize: 1,
      maxIter: 100000,
      display: 20,
      testInterval: 999999999,
      snapshot: 4000,
      snapshotPrefix: 'snapshot/train',
      averageLoss: 20,
      testIters: [736],
      testInitialization: false,
      seed: null,
    });
  });
  it("fills in Caffe's defaults", () => {
    const { momentum, averageLoss, testInitialization, maxIter, trainNet, testNets } = readSolver(fixed);
    expect([momentum, averageLoss, testInitialization, maxIter]).to.eql([0, 1, true, null]);
    expect([trainNet, testNets]).to.eql([null, []]);
    const one = readSolver(`${fixed} net: "both" clip_gradients: 35 random_seed: 7 solver_type: NESTEROV`);
    expect([one.trainNet, one.testNets]).to.eql(['both', ['both']]);
    expect([one.clipGradients, one.seed, one.type]).to.eql([35, 7, 'Nesterov']);
  });
  for (const [fields, policy] of [
    ['"step" gamma: 0.1 stepsize: 500', { kind: 'step', gamma: 0.1, stepSize: 500 }],
    ['"exp" gamma: 0.9', { kind: 'exp', gamma: 0.9 }],
    ['"inv" gamma: 0.0001 power: 0.75', { kind: 'inv', gamma: 0.0001, power: 0.75 }],
    ['"multistep" gamma: 0.1 stepvalue: 5 stepvalue: 9', { kind: 'multistep', gamma: 0.1, steps: [5, 9] }],
    ['"poly" power: 0.9', { kind: 'poly', power: 0.9 }],
    ['"sigmoid" gamma: -0.1 stepsize: 50', { kind: 'sigmoid', gamma: -0.1, stepSize: 50 }],
  ] as const) {
    it(`reads the policy ${policy.kind}`, () => {
      expect(readSolver(`base_lr: 1 lr_policy: ${fields}`).policy).to.eql(policy);
    });
  }
  for (const [text, error, message] of [
    ['lr_policy: "fixed"', FormatError, 'solver: no base_lr, should be the learning rate (at line 1)'],
    ['base_lr: 1', FormatError, 'no lr_policy, should be the policy of the learning rate'],
    [
      'base_lr: 1 lr_policy: "step" gamma: 1',
      FormatError,
      "no stepsize, should be above 0 for the policy 'step'",
    ],
    ['base_lr: 1 lr_policy: "poly"', FormatError, "no power, should be given for the policy 'poly'"],
    ['base_lr: 1 lr_policy: "x"', UnsupportedError, "lr_policy 'x', should be fixed, step"],
    ['base_lr: inf lr_policy: "fixed"', FormatError, 'base_lr is Infinity, should be finite (at line 1)'],
  ] as const) {
    it(`says what a solver lacks: ${message}`, () => expect(() => readSolver(text)).to.throw(error, message));
  }
});
