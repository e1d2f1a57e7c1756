import { expect } from 'chai';
import { LimitError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { parameters } from '../../src/graph/parameters.js';
import { NETS } from '../../src/nets/index.js';
import type { Shape } from '../../src/shape.js';
import { modelParts } from '../../src/weights/onnx/export/file.js';
import { exportOnnx, type OnnxExportOptions } from '../../src/weights/onnx/export.js';
import { importOnnx } from '../../src/weights/onnx/import.js';
import { readOnnx } from '../../src/weights/onnx/model.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { EXPORTED_KINDS, layerGraphs, type Maps } from '../export_layers.js';
import { largest, relativeError } from '../gpu/compare.js';
import { runOnnxruntime } from '../onnxruntime.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

/** Of the largest value. */
const KIND_TOLERANCE = 1e-5;
const NET_TOLERANCE = 1e-4;

const dimsOf = ({ n, c, h, w }: Shape) => [n, c, h, w];

const arrays = (maps: Maps): Weights =>
  new Map(Object.entries(maps).map(([name, { shape, data }]) => [name, { dims: dimsOf(shape), data }]));

/** Exports the graph with seeded weights and compares what onnxruntime gives with the float64 twin. */
async function expectTwin(graph: Graph, inputs: Maps, tolerance: number, options: OnnxExportOptions = {}) {
  const weights = seededWeights(graph, 4);
  const wanted = runGraph(graph, weights, inputs);
  const found = await runOnnxruntime(exportOnnx(graph, weights, options), arrays(inputs));
  expect([...found.keys()]).to.have.members([...graph.outputs.keys()]);
  for (const [name, node] of graph.outputs) {
    const { shape, data } = wanted.get(node.name)!;
    const { dims, data: values } = found.get(name)!;
    expect(dims, name).to.deep.equal(dimsOf(shape));
    expect(largest(data), `largest of ${name}`).to.be.within(1e-6, 1e6);
    expect(relativeError(values, data), name).to.be.at.most(tolerance);
  }
}

/** Images of odd and even sizes that depend on the name. */
function images(graph: Graph, least: number): Maps {
  const [a, b] = random(
    2,
    [...graph.name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0),
  );
  const side = (v: number) => least + Math.floor(20 * (v + 1));
  return Object.fromEntries(
    graph.inputs.map(({ name, channels: c, size }, i) => {
      const [h, w] = size ?? [side(a!), side(b!)];
      return [name, { shape: { n: 1, c, h, w }, data: random(c * h * w, 3 + i) }];
    }),
  );
}

describe('the export to ONNX', () => {
  for (const kind of EXPORTED_KINDS)
    it(`${kind}: onnxruntime agrees with the float64 twin, for free and for fixed sizes`, async () => {
      for (const { title, graph, inputs } of layerGraphs(kind))
        for (const opset of [undefined, 22])
          await expectTwin(graph, inputs, KIND_TOLERANCE, opset ? { opset } : {}).catch((error: Error) => {
            throw new Error(`${title}, ${opset}: ${error.message}`);
          });
    });

  for (const name of Object.keys(NETS))
    it(`${name} at 1/32 of its width: onnxruntime agrees with the float64 twin`, async () => {
      const graph = NETS[name]!({ width: 1 / 32 });
      await expectTwin(graph, images(graph, 17), NET_TOLERANCE);
    });

  for (const name of [
    'fcn-small-8s',
    'nyud-16s-rgb-hha',
    'siftflow-8s',
    'fcn-googlenet',
    'fcn-resnet50',
    'caffenet',
  ])
    it(`${name} is imported again, its sizes as free as they were`, () => {
      const graph = NETS[name]!({ width: 1 / 32 });
      const weights = seededWeights(graph, 4);
      const again = importOnnx(exportOnnx(graph, weights));
      expect(again.graph.inputs.map(({ name, size }) => ({ name, size }))).to.deep.equal(
        graph.inputs.map(({ name, size }) => ({ name, size })),
      );
      const inputs = images(graph, 17);
      const wanted = runGraph(graph, weights, inputs);
      const found = runGraph(again.graph, again.weights, inputs);
      expect([...again.graph.outputs.keys()]).to.have.members([...graph.outputs.keys()]);
      for (const [output, node] of graph.outputs) {
        const { shape, data } = wanted.get(node.name)!;
        const other = found.get(again.graph.outputs.get(output)!.name)!;
        expect(other.shape).to.deep.equal(shape);
        expect(relativeError(other.data, data), output).to.be.at.most(1e-6);
      }
    });

  it('fixes sizes where told to, and writes metadata', async () => {
    const graph = NETS['fcn-small-8s']!({ width: 1 / 16, classes: 3 });
    const weights = seededWeights(graph, 4);
    const sizes = { data: { n: 2, h: 40, w: 33 } };
    const metadata = new Map([['licence', 'CC0-1.0']]);
    const model = readOnnx(exportOnnx(graph, weights, { sizes, metadata }));
    expect(model).to.deep.include({ opset: 17, metadata, name: graph.name });
    expect(model.inputs[0]).to.deep.include({ name: 'data', dims: [2, 3, 40, 33] });
    expect(model.outputs[0]!.dims).to.deep.equal([2, 3, 40, 33]);
    const free = readOnnx(exportOnnx(graph, weights));
    expect(free.inputs[0]!.dims).to.deep.equal([null, 3, null, null]);
    expect([...free.initializers.values()].filter(({ dims }) => dims.length === 4)).to.have.length(
      parameters(graph).filter(({ dims }) => dims.length === 4).length + 3, // and the bilinear filters
    );
  });

  it('keeps names apart, and gives one map under two names', async () => {
    const g = new Graph('names');
    const x = g.input('x', 2);
    const relu = g.relu('y', x);
    g.output(g.relu('relu/Relu', relu), 'y'); // the output's name is another layer's
    g.output(g.relu('relu', relu), 'z');
    g.output(g.node('relu'), 'z too');
    await expectTwin(g, { x: { shape: { n: 1, c: 2, h: 3, w: 4 }, data: random(24, 1) } }, 0);
  });

  it('lists every layer that cannot be said, and options that do not fit', () => {
    const g = new Graph('strange');
    const x = g.input('x', 2);
    g.output(g.add('max_pool_index', 'places', [x], { kernel: 2, pad: 2 }), 'x');
    const like = g.maxPool('pool', x, { kernel: 2 });
    g.output(g.resizeTo('to', x, like, { mode: 'bilinear', excludeOutside: true }));
    expect(() => exportOnnx(g, new Map())).to.throw(
      UnsupportedError,
      `strange: cannot be an ONNX model:
output 'x' has the name of an input, ONNX wants another
places (max_pool_index): as much padding as its window, should be less
to (resize_to): bilinear with excludeOutside, should be bicubic`,
    );
    const wrap = new Graph('wrap');
    wrap.output(
      wrap.add('pad', 'pad', [wrap.input('x', 1)], {
        before: [0, 0, 1, 1],
        after: [0, 0, 0, 0],
        mode: 'wrap',
        value: 0,
      }),
    );
    const options = (o: OnnxExportOptions) => () => exportOnnx(wrap, new Map(), o);
    expect(options({ opset: 16 })).to.throw(UnsupportedError, 'onnx: opset 16, should be from 17 to 22');
    expect(options({ opset: 18 })).to.throw(UnsupportedError, 'wrap: opset 18, its layers need 19');
    expect(readOnnx(options({})()).opset).to.equal(19);
    expect(options({ sizes: { y: { n: 1, h: 2, w: 2 } } })).to.throw(
      UnsupportedError,
      "wrap: sizes of 'y', which is no input",
    );
    const net = NETS['fcn-small-8s']!({ width: 1 / 16 });
    expect(() => exportOnnx(net, new Map())).to.throw(WeightsError, 'conv1_1.weight: missing');
  });

  it('refuses a file beyond the 2 GiB of protobuf', () => {
    const bytes = { length: 2 ** 31 } as Uint8Array<ArrayBuffer>;
    const tensors = new Map([['w', { type: 'float32' as const, dims: [2 ** 29], bytes }]]);
    const model = {
      name: 'large',
      opset: 17,
      nodes: [],
      tensors,
      inputs: [],
      outputs: [],
      metadata: new Map(),
    };
    expect(() => [...modelParts(model)]).to.throw(LimitError, 'protobuf holds 2147483647');
  });
});
