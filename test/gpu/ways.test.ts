import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import type { CompileOptions } from '../../src/graph/net_options.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Algorithms with and without transformed filters round differently: as for whole nets. */
const TOLERANCE = 1e-4;

const SMALL_BINDING = 2 ** 20;

describe('FCN-8s at a quarter of the width, in several ways', () => {
  const graph = fcn8s({ width: 1 / 4 });
  const weights = seededWeights(graph, 4);
  const shape = { n: 1, c: 3, h: 97, w: 131 };
  const input = { shape, data: random(3 * 97 * 131, 3).map((v) => 100 * v) };
  let whole: Engine;
  let wanted: Awaited<ReturnType<typeof run>>;

  async function run(engine: Engine, options: Partial<CompileOptions> = {}) {
    const net = await engine.compile(graph, { weights, ...options });
    const { bytes, dispatches } = net.plan(shape);
    const { outputs, submits } = await net.run(input);
    const y = outputs.score as Tensor;
    const scores = await download(engine, y);
    y.buffer.destroy();
    net.dispose();
    return { scores, submits, bytes, dispatches };
  }

  before(async () => {
    whole = await openEngine();
    wanted = await run(whole);
  });
  after(() => whole.dispose());

  it(`split for bindings of ${SMALL_BINDING} bytes it gives the same scores`, async () => {
    const small = await createEngine({ device: whole.device, maxBindingBytes: SMALL_BINDING });
    const { scores, bytes, dispatches } = await run(small);
    small.dispose();
    expect(wanted.bytes.largestBinding).to.be.above(SMALL_BINDING);
    expect(bytes.largestBinding).to.be.at.most(SMALL_BINDING);
    expect(dispatches).to.be.above(wanted.dispatches);
    expect(relativeError(scores, wanted.scores)).to.be.at.most(TOLERANCE);
  });

  it('with low memory it takes less and gives the same scores', async () => {
    const { scores, bytes } = await run(whole, { memory: 'low' });
    expect(bytes.peak).to.be.below(wanted.bytes.peak);
    expect(relativeError(scores, wanted.scores)).to.be.at.most(TOLERANCE);
  });

  it('without a bound on the time of a submit it is one submit', async () => {
    const { scores, submits } = await run(whole, { maxSubmitMs: Number.POSITIVE_INFINITY });
    expect(submits).to.equal(1);
    expect(relativeError(scores, wanted.scores)).to.be.at.most(TOLERANCE);
  });

  it('with a short bound on the time of a submit it is several', async () => {
    const { scores, submits } = await run(whole, { maxSubmitMs: 20 });
    expect(submits).to.be.above(1);
    expect(relativeError(scores, wanted.scores)).to.be.at.most(TOLERANCE);
  });
});
