import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { Graph } from '../../src/graph/builder.js';
import { fuse } from '../../src/graph/fuse.js';
import { NETS, type NetOptions } from '../../src/nets/index.js';
import type { Pair } from '../../src/shape.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';
import { largest, relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Whole nets may differ from their twin by so much of the largest score. */
const NET_TOLERANCE = 1e-4;

/** Narrow nets, and images of odd sizes. */
const NARROW: readonly (readonly [name: string, size: Pair, o: NetOptions])[] = [
  ['fcn-alexnet', [33, 47], { width: 1 / 16 }],
  ['fcn-googlenet', [65, 81], { width: 1 / 16, pad: 3 }],
  ['fcn8s-atonce', [17, 33], { width: 1 / 32, classes: 5 }],
  ['nyud-32s-rgbd', [17, 33], { width: 1 / 32, classes: 5 }],
  ['nyud-16s-rgb-hha', [17, 33], { width: 1 / 32, classes: 5 }],
  ['siftflow-8s', [17, 33], { width: 1 / 32 }],
  ['fcn-small-8s', [65, 49], { width: 1 / 16 }],
  ['fcn-resnet50', [65, 49], { width: 1 / 16 }],
];

describe('the family of nets', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  const images = (graph: Graph, [h, w]: Pair, n = 1) =>
    Object.fromEntries(
      graph.inputs.map(({ name, channels: c }, i) => [
        name,
        { shape: { n, c, h, w }, data: random(n * c * h * w, 3 + i) },
      ]),
    );

  async function expectTwin(graph: Graph, inputs: ReturnType<typeof images>, memory: 'fast' | 'low') {
    const weights = seededWeights(graph, 4);
    const wanted = runGraph(graph, weights, inputs);
    const net = await engine.compile(graph, { weights, memory });
    const { outputs } = await net.run(inputs);
    for (const [name, y] of Object.entries(outputs)) {
      const { data } = wanted.get(name)!;
      expect(largest(data), `largest of ${name}`).to.be.within(1e-2, 1e4);
      const error = relativeError(await download(engine, y as Tensor), data);
      expect(error, `${name}, ${memory}`).to.be.at.most(NET_TOLERANCE);
      y.buffer.destroy();
    }
    net.dispose();
  }

  for (const [name, size, o] of NARROW)
    it(`${name} at ${o.width} of its width on ${size.join(' x ')} pixels equals its float64 twin`, async () => {
      const graph = NETS[name]!(o);
      await expectTwin(graph, images(graph, size), 'fast');
    });

  it('batch norms, alone and folded into convolutions, and resizes to another map equal their twins', async () => {
    const g = new Graph('norms');
    const x = g.input('data', 5);
    const alone = g.batchNorm('alone', x, { epsilon: 0.1 });
    const conv = g.conv('conv', alone, { out: 7, kernel: 3, pad: 1, bias: false });
    const folded = g.relu('folded_relu', g.batchNorm('folded', conv));
    const pooled = g.maxPool('pool', folded, { kernel: 3, stride: 2, ceil: true });
    const biased = g.batchNorm('biased_norm', g.conv('biased', pooled, { out: 6, kernel: 3 }));
    const up = g.convTranspose('up', biased, { out: 6, kernel: 4, stride: 2, groups: 2 });
    g.output(g.batchNorm('up_norm', up));
    g.output(g.resizeTo('larger', biased, x, { mode: 'bilinear' }));
    g.output(g.resizeTo('aligned', biased, x, { mode: 'bilinear', coordinates: 'align_corners' }));
    g.output(g.resizeTo('smaller', x, biased, { mode: 'nearest', coordinates: 'half_pixel' }));
    const kinds = fuse(g).layers.map((layer) => layer.kind);
    expect(kinds.filter((kind) => kind === 'batch_norm').length).to.equal(1);
    for (const memory of ['fast', 'low'] as const) await expectTwin(g, images(g, [19, 23], 2), memory);
  });

  it('a resize to another map follows each size that runs', async () => {
    const g = new Graph('sizes');
    const x = g.input('data', 3);
    const pooled = g.maxPool('pool', x, { kernel: 2, stride: 2, ceil: true });
    g.output(g.resizeTo('out', pooled, x, { mode: 'bilinear' }));
    const net = await engine.compile(g, { weights: new Map() });
    for (const size of [
      [9, 14],
      [31, 5],
      [9, 14],
      [1, 1],
    ] as const) {
      const inputs = images(g, size);
      const wanted = runGraph(g, new Map(), inputs).get('out')!;
      expect([wanted.shape.h, wanted.shape.w]).to.deep.equal(size);
      const { outputs } = await net.run(inputs);
      expect(relativeError(await download(engine, outputs.out as Tensor), wanted.data)).to.be.at.most(1e-6);
      outputs.out!.buffer.destroy();
    }
    net.dispose();
  });
});
