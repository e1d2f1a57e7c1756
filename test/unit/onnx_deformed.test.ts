import { expect } from 'chai';
import { exportOnnx } from '../../src/weights/onnx/export.js';
import { importOnnx } from '../../src/weights/onnx/import.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { EXPORTED_KINDS, type LayerGraph, layerGraphs } from '../export_layers.js';
import { deformProtobuf } from '../faults/deform.js';
import { dice } from '../faults/mutate.js';
import { relativeError } from '../gpu/compare.js';
import { runOnnxruntime } from '../onnxruntime.js';
import { runGraph } from '../reference/graph.js';

const TOLERANCE = 1e-4;

/** Models of one layer each; unpooling is written by operators that are not read. */
const models = () =>
  EXPORTED_KINDS.filter((kind) => kind !== 'max_unpool')
    .flatMap(layerGraphs)
    .filter(({ title }) => title.endsWith('fixed'))
    .map((layer) => ({ layer, bytes: exportOnnx(layer.graph, seededWeights(layer.graph, 1)) }));

/** What the model gives here, in float64; null where it is refused. */
function ours(bytes: Uint8Array, inputs: LayerGraph['inputs']): Map<string, ArrayLike<number>> | null {
  try {
    const { graph, weights, outputs } = importOnnx(bytes, { maxElements: 2 ** 20 });
    const read = new Set(graph.inputs.map(({ name }) => name));
    const given = Object.fromEntries(Object.entries(inputs).filter(([name]) => read.has(name)));
    const maps = runGraph(graph, weights, given);
    return new Map(
      outputs.map(({ name, data }) => [name, data ?? maps.get(graph.outputs.get(name)!.name)!.data]),
    );
  } catch {
    return null;
  }
}

/** What onnxruntime gives; null where it refuses the model. */
function theirs(bytes: Uint8Array, inputs: LayerGraph['inputs']): Promise<Weights | null> {
  const given = Object.entries(inputs).map(
    ([name, { shape: s, data }]) => [name, { dims: [s.n, s.c, s.h, s.w], data }] as const,
  );
  return runOnnxruntime(bytes, new Map(given)).catch(() => null);
}

async function expectAgreement(count: number): Promise<void> {
  const all = models();
  let both = 0;
  for (let seed = 0; seed < count; seed++) {
    const { layer, bytes } = all[seed % all.length]!;
    const deformed = deformProtobuf(bytes, dice(seed));
    const found = ours(deformed, layer.inputs);
    const wanted = found && (await theirs(deformed, layer.inputs));
    if (!found || !wanted) continue;
    for (const [name, { data }] of wanted) {
      const values = Float64Array.from(data, Number);
      if (!values.every(Number.isFinite)) continue;
      both++;
      expect(
        relativeError(found.get(name)!, values),
        `${layer.graph.name} ${layer.title}, seed ${seed}`,
      ).to.be.at.most(TOLERANCE);
    }
  }
  expect(both).to.be.above(count / 10);
}

describe('models that say something else than they did give what onnxruntime gives, or are refused', () => {
  it('200 of them', () => expectAgreement(200));
  it('10,000 of them (long)', function () {
    this.timeout(600_000);
    return expectAgreement(10_000);
  });
});
