import { expect } from 'chai';
import { check } from '../../bench/check.js';
import { layerLaunch } from '../../bench/rarefy.js';
import { taskOf } from '../../bench/task.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Case } from '../cases/case.js';
import { gradientCase } from '../cases/gradient.js';
import { cases } from '../cases/index.js';
import { trainingCases } from '../cases/training.js';
import { openEngine } from './open_engine.js';

/** Runs and checks a case as the benchmark does. */
async function checked(engine: Engine, c: Case) {
  const task = taskOf({ name: c.name, work: { kind: 'layer', case: c }, peers: 'nowhere' });
  if (task.kind !== 'layer') throw new Error(task.kind);
  const launch = await layerLaunch(engine, task);
  try {
    await launch.run();
    await launch.finish();
    const outputs = await launch.read();
    return { outputs, task, ...(await check(engine, task, outputs)) };
  } finally {
    launch.free();
  }
}

describe('operators of training against their float64 twins', () => {
  for (const without of [[], ['subgroups']] as const) {
    describe(without.length === 0 ? 'with all features' : 'portable kernels only', () => {
      let engine: Engine;
      before(async () => {
        engine = await openEngine({ without });
      });
      after(() => engine.dispose());

      for (const c of trainingCases)
        it(c.name, async () => {
          const { outputs, task, error, tolerance } = await checked(engine, c);
          expect(error).to.be.at.most(tolerance);
          // The check would see it.
          const wrong = outputs.map((y) => Float32Array.from(y, (v) => 1.001 * v));
          expect((await check(engine, task, wrong)).error).to.be.above(tolerance);
        });
    });
  }
});

describe('gradients as the benchmark checks them', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  // A kink, an output that is dy itself, a layer of several operands, a size that another map lends.
  for (const name of [
    'max_pool: 2x2 by 2, a rem',
    'sum: two maps, as',
    'conv2d: channels that',
    'crop: at 19',
  ])
    it(name, async () => {
      const c = gradientCase(cases.find((each) => each.name.startsWith(name))!);
      const { outputs, task, error, tolerance } = await checked(engine, c);
      expect(error).to.be.at.most(tolerance);
      if (outputs.length === 0) return;
      const wrong = outputs.map((y) => Float32Array.from(y, (v) => 1.01 * v));
      expect((await check(engine, task, wrong)).error).to.be.above(tolerance);
    });
});
