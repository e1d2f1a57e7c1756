import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { download, free, type Tensor } from '../../src/engine/tensor.js';
import { LimitError } from '../../src/errors.js';
import type { Case } from '../cases/case.js';
import {
  DIRECTIONS,
  derivativeErrors,
  givenOf,
  gradientGraph,
  gradientTolerance,
  type Inputs,
  movedSides,
  operandsOf,
  weightsOf,
} from '../cases/gradient.js';
import { cases } from '../cases/index.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** The gradients by our kernels, and how many dispatches they took. */
async function ours(engine: Engine, c: Case, inputs: Inputs, dy: Float32Array) {
  const made = gradientGraph(c);
  const { graph } = made;
  // Functions of steps have none.
  if (graph.outputs.size === 0) return { found: new Map<string, Float32Array>(), dispatches: 0, largest: 0 };
  const net = await engine.compile(graph, { weights: new Map() });
  try {
    const { outputs, plan } = await net.run(givenOf(c, made, inputs, dy));
    const found = new Map<string, Float32Array>();
    for (const [name, t] of Object.entries(outputs)) found.set(name, await download(engine, t as Tensor));
    free(...Object.values(outputs));
    return { found, dispatches: plan.dispatches, largest: plan.bytes.largestBinding };
  } finally {
    net.dispose();
  }
}

/** Checks every operand's gradient by derivatives of the float64 twin, and returns it. */
async function check(engine: Engine, c: Case) {
  const inputs = operandsOf(c);
  const moved = movedSides(c, inputs);
  const { n, c: channels, h, w } = gradientGraph(c).y;
  const dy = weightsOf(c, inputs, () => moved, n * channels * h * w);
  expect(dy.filter((d) => d !== 0).length, 'results away from kinks').to.be.at.least(dy.length / 2);
  const { found, dispatches, largest } = await ours(engine, c, inputs, dy);
  for (const [name, error] of derivativeErrors(moved, dy, found))
    expect(error, `d${name}`).to.be.at.most(gradientTolerance(c));
  return { inputs, dy, found, dispatches, largest };
}

describe('gradients of operators', () => {
  let engine: Engine;
  let portable: Engine;
  before(async () => {
    engine = await openEngine();
    portable = await createEngine({ device: engine.device, without: ['subgroups'] });
  });
  after(() => engine.dispose());

  for (const c of cases.filter((each) => each.gradient))
    it(`${c.name}: derivatives along ${DIRECTIONS} directions of each operand${c.gradient!.slow ? ' (long)' : ''}`, async () => {
      const { inputs, dy, found, dispatches, largest } = await check(engine, c);
      const same = (other: ReadonlyMap<string, Float32Array>, how: string) => {
        for (const [name, d] of other)
          expect(relativeError(d, found.get(name)!), `d${name} ${how}`).to.be.at.most(gradientTolerance(c));
      };
      same((await ours(portable, c, inputs, dy)).found, 'by portable kernels');
      if (!c.splits || dispatches === 0) return;
      // Bindings too small for the whole change no gradient.
      for (let limit = largest / 2; limit >= 256; limit *= 0.8) {
        const maxBindingBytes = Math.ceil(limit / 256) * 256;
        const small = await createEngine({ device: engine.device, maxBindingBytes });
        try {
          const split = await ours(small, c, inputs, dy);
          if (split.dispatches < 2 * dispatches) continue;
          same(split.found, 'split');
          return;
        } catch (error) {
          if (error instanceof LimitError) return;
          throw error;
        }
      }
    });
});
