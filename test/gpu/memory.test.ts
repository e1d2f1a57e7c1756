import { expect } from 'chai';
import { createEngine } from '../../src/engine/engine.js';
import { uploadFilter } from '../../src/engine/filter.js';
import { conv2d } from '../../src/engine/operators.js';
import { STAGING } from '../../src/engine/staging.js';
import { download, type Tensor, upload } from '../../src/engine/tensor.js';
import { filterSize } from '../../src/lower/filter.js';
import { fcnGooglenet } from '../../src/nets/googlenet.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
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

describe('filters of more bytes than go to the device at once', () => {
  const shape = { out: 512, in: 2048, kernel: [3, 3], groups: 1, transposed: false } as const;
  const xs = { n: 1, c: shape.in, h: 5, w: 6 };
  const data = random(filterSize(shape), 1);

  for (const layout of ['tiles', 'winograd'] as const)
    it(`are packed as from a buffer of the device, in ${layout}`, async () => {
      expect(data.byteLength).to.be.above(STAGING);
      const engine = await createEngine({ limits: 'adapter' });
      const raw = engine.buffer(data.byteLength, 'raw');
      engine.device.queue.writeBuffer(raw, 0, data);
      const x = upload(engine, random(xs.c * xs.h * xs.w, 2), xs);
      const results = [];
      for (const source of [data, raw]) {
        const filter = uploadFilter(engine, source, shape, layout);
        const y = conv2d(engine, x, filter, null, { pad: 1 });
        results.push(await download(engine, y));
        y.buffer.destroy();
        for (const { view } of filter.parts) view.buffer.destroy();
      }
      expect(results[0]!.some((v) => v !== 0)).to.equal(true);
      expect(results[0]).to.deep.equal(results[1]);
      engine.dispose();
    });
});
