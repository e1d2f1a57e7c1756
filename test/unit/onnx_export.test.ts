import { expect } from 'chai';
import { Graph } from '../../src/graph/builder.js';
import type { Attrs } from '../../src/graph/kinds.js';
import type { KindName } from '../../src/graph/node.js';
import { NETS } from '../../src/nets/index.js';
import type { Shape } from '../../src/shape.js';
import { exportOnnx, type OnnxExportOptions } from '../../src/weights/onnx/export.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { EXPORT_CASES, type ExportCase } from '../export_cases.js';
import { type Array4, runOnnxruntime } from '../onnxruntime.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

/** Of the largest value. */
const KIND_TOLERANCE = 1e-5;
const NET_TOLERANCE = 1e-4;

type Maps = Readonly<Record<string, { readonly shape: Shape; readonly data: Float32Array }>>;

const dimsOf = ({ n, c, h, w }: Shape) => [n, c, h, w];

const arrays = (maps: Maps): Record<string, Array4> =>
  Object.fromEntries(
    Object.entries(maps).map(([name, { shape, data }]) => [name, { dims: dimsOf(shape), data }]),
  );

/** Exports the graph with seeded weights and compares what onnxruntime gives with the float64 twin. */
async function expectTwin(graph: Graph, inputs: Maps, tolerance: number, options: OnnxExportOptions = {}) {
  const weights = seededWeights(graph, 4);
  const wanted = runGraph(graph, weights, inputs);
  const found = await runOnnxruntime(exportOnnx(graph, weights, options), arrays(inputs));
  expect(Object.keys(found)).to.have.members([...graph.outputs.keys()]);
  for (const [name, node] of graph.outputs) {
    const { shape, data } = wanted.get(node.name)!;
    expect(found[name]!.dims, name).to.deep.equal(dimsOf(shape));
    const largest = data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    expect(largest, `largest of ${name}`).to.be.within(1e-6, 1e6);
    const off = data.reduce((most, v, i) => Math.max(most, Math.abs(v - found[name]!.data[i]!)), 0);
    expect(off / largest, name).to.be.at.most(tolerance);
  }
}

/** The case's inputs, and a graph of the one layer. */
function layer<K extends KindName>(
  kind: K,
  c: ExportCase<Attrs[K]>,
  fixed: boolean,
): { graph: Graph; inputs: Maps } {
  const graph = new Graph(kind);
  const inputs: Record<string, Maps[string]> = {};
  const nodes = c.inputs.map(([n, channels, h, w], i) => {
    const values = random(n * channels * h * w, 7 + i);
    const data = c.values ? values.map((v, at) => c.values!(v, i, at)) : values;
    inputs[`x${i}`] = { shape: { n, c: channels, h, w }, data };
    return fixed ? graph.input(`x${i}`, channels, [h, w], n) : graph.input(`x${i}`, channels);
  });
  graph.output(graph.add(kind, 'layer', nodes, c.attrs), 'y');
  return { graph, inputs };
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
  for (const [kind, cases] of Object.entries(EXPORT_CASES) as [KindName, readonly ExportCase<never>[]][])
    it(`${kind}: onnxruntime agrees with the float64 twin, for free and for fixed sizes`, async () => {
      for (const c of cases)
        for (const fixed of c.fixed ? [true] : [false, true])
          for (const opset of [undefined, 22]) {
            const { graph, inputs } = layer(kind, c as ExportCase<Attrs[typeof kind]>, fixed);
            await expectTwin(graph, inputs, KIND_TOLERANCE, opset ? { opset } : {}).catch((error: Error) => {
              throw new Error(
                `${JSON.stringify(c.attrs)}, ${fixed ? 'fixed' : 'free'}, ${opset}: ${error.message}`,
              );
            });
          }
    });

  for (const name of Object.keys(NETS))
    it(`${name} at 1/16 of its width: onnxruntime agrees with the float64 twin`, async () => {
      const graph = NETS[name]!({ width: 1 / 16 });
      await expectTwin(graph, images(graph, 33), NET_TOLERANCE);
    });
});
