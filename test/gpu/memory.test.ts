import { expect } from 'chai';
import { createEngine } from '../../src/engine/engine.js';
import { download, type Tensor, upload } from '../../src/engine/tensor.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { runGraph } from '../reference/graph.js';
import { relativeError } from './compare.js';
import { meter } from './meter.js';
import { image } from './small_net.js';

describe('the memory of a net', () => {
  const graph = fcnGooglenet({ width: 1 / 8, classes: 5 });
  const weights = seededWeights(graph, 1);
  const input = image(70, 90);

  for (const memory of ['fast', 'low'] as const)
    it(`is what its plan says, to the byte, with ${memory} memory`, async () => {
      const engine = await createEngine();
      const bytes = meter(engine.device);
      const net = await engine.compile(graph, { weights, memory });
      const plan = net.plan(input.shape);
      const beside = plan.slots.some(({ values }) => values.some(({ at }) => at > 0));
      expect(beside).to.equal(memory === 'low');
      expect(bytes.now).to.equal(plan.bytes.weights);
      expect(bytes.peak).to.be.at.most(plan.bytes.peak);
      const x = upload(engine, input.data, input.shape);
      bytes.reset();
      const { outputs } = await net.run(x);
      expect(bytes.peak).to.equal(plan.bytes.peak);
      // Maps beside one another in a buffer do not disturb one another.
      const scores = await download(engine, outputs.score as Tensor);
      const wanted = runGraph(graph, weights, { data: input }).get('score')!;
      expect(relativeError(scores, wanted.data)).to.be.at.most(1e-4);
      for (const { buffer } of [x, outputs.score!]) buffer.destroy();
      net.dispose();
      expect(bytes.now).to.equal(0);
      engine.dispose();
    });
});
