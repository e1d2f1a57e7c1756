import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { extraData, hasExtraData, testData } from '../data.js';
import { type Files, loadSuite, type OnnxCase } from '../oracles/onnx_suite.js';
import { runOnnx } from '../oracles/run_onnx.js';
import { largest, relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Cases that the operators cover in each folder: fewer would mean that a mapping was lost. */
const COVERED: Readonly<Record<string, number>> = {
  reference: 71,
  'onnx-node': 116,
  'onnx-pytorch-converted': 33,
  'onnx-pytorch-operator': 4,
  'onnx-simple': 1,
};

/** Cases whose expected numbers are further off than the operator's own bound, with the bound that holds and why. */
const LOOSER: Readonly<Record<string, readonly [tolerance: number, reason: string]>> = {
  test_averagepool_2d_ceil_last_window_starts_on_pad: [2e-4, 'its result is written with four digits'],
};

async function check(engine: Engine, { name, plan, expected }: OnnxCase): Promise<void> {
  await runOnnx(engine, plan);
  for (const [i, { type, dims, data }] of plan.outputs.entries()) {
    const wanted = await expected(i);
    expect({ type, dims }).to.deep.equal({ type: wanted.type, dims: wanted.dims });
    const tolerance = type === 'float32' ? (LOOSER[name]?.[0] ?? plan.tolerance) : 0;
    const oracle = wanted.error === 0 ? 0 : wanted.error / largest(wanted.data);
    expect(relativeError(data!, wanted.data), `output ${i}`).to.be.at.most(tolerance + oracle);
  }
}

async function define(folder: string, files: Files, covered: number) {
  const { cases, others } = await loadSuite(folder, files);
  const all = cases.length + [...others.values()].flat().length;
  describe(`operators on ${cases.length} of ${all} cases of ${folder}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine();
    });
    after(() => engine.dispose());

    it('covers as many cases as ever', () => expect(cases.length).to.be.at.least(covered));
    for (const each of cases) it(each.name, () => check(engine, each));
    for (const [reason, names] of others) it.skip(`not applicable, ${reason}: ${names.join(', ')}`);
  });
}

await define('reference', testData, 29);
if (hasExtraData()) {
  for (const [folder, covered] of Object.entries(COVERED)) await define(folder, extraData, covered);
} else {
  describe.skip('operators on more cases', () => {
    for (const folder of Object.keys(COVERED)) it(`${folder}: RAREFY_DATA names no folder`);
  });
}
