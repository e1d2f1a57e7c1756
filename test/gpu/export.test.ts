import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import { parameterCount } from '../../src/graph/parameters.js';
import { NETS } from '../../src/nets/index.js';
import type { Pair } from '../../src/shape.js';
import { exportOnnxParts } from '../../src/weights/onnx/export.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { askOnnxruntime } from '../onnxruntime_service.js';
import { random } from '../random.js';
import { largest, relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Of the largest score. */
const TOLERANCE = 1e-4;

describe('onnxruntime on the CPU runs the export of', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  /** Runs the net with seeded weights here, and its export there. */
  async function expectSame(graph: Graph, [h, w]: Pair): Promise<void> {
    const weights = seededWeights(graph, 4);
    const inputs = Object.fromEntries(
      graph.inputs.map(({ name, channels: c }, i) => [
        name,
        { shape: { n: 1, c, h, w }, data: random(c * h * w, 3 + i) },
      ]),
    );
    const net = await engine.compile(graph, { weights });
    const { outputs } = await net.run(inputs);
    const found = new Map<string, Float32Array>();
    for (const [name, y] of Object.entries(outputs)) {
      found.set(name, await download(engine, y as Tensor));
      y.buffer.destroy();
    }
    net.dispose();
    const given = Object.entries(inputs).map(
      ([
        name,
        {
          shape: { n, c },
          data,
        },
      ]) => [name, { dims: [n, c, h, w], data }] as const,
    );
    const wanted = await askOnnxruntime(exportOnnxParts(graph, weights), new Map(given));
    expect([...wanted.keys()]).to.have.members([...found.keys()]);
    for (const [name, { data }] of wanted) {
      expect(largest(data), `largest of ${name}`).to.be.within(1e-3, 1e5);
      expect(relativeError(found.get(name)!, data), name).to.be.at.most(TOLERANCE);
    }
  }

  for (const name of ['fcn-resnet50', 'fcn-small-8s', 'siftflow-8s'])
    it(`${name} at 1/16 of its width, with the same scores`, () =>
      expectSame(NETS[name]!({ width: 1 / 16 }), [65, 49]));

  for (const [name, count] of [
    ['fcn-resnet50', 35_322_218],
    ['fcn-resnet101', 54_314_346],
  ] as const)
    it(`${name} with all its ${count} parameters on 65 x 97 pixels, with the same scores (long)`, async () => {
      const graph = NETS[name]!();
      expect(parameterCount(graph)).to.equal(count);
      await expectSame(graph, [65, 97]);
    });

  it('FCN-8s on VGG16 with all its 134,362,751 parameters at 500 x 500 pixels, with the same scores (long)', async function () {
    this.timeout(1_200_000);
    const graph = NETS.fcn8s!();
    expect(parameterCount(graph)).to.equal(134_362_751);
    await expectSame(graph, [500, 500]);
  });
});
