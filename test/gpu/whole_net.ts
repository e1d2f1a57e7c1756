// Whole nets on the GPU, compared with what others computed.
import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { argmax } from '../../src/engine/operators.js';
import { downloadLabels } from '../../src/engine/pixels.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { Shape } from '../../src/shape.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { type CaffeImport, type CaffeImportOptions, importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readNpyF32 } from '../../src/weights/npy.js';
import type { Weights } from '../../src/weights/weights.js';
import type { Files } from '../oracles/onnx_suite.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Whole nets may differ by so much of the largest score, and in the labels of one pixel in a thousand. */
const NET_TOLERANCE = 1e-4;
const SAME_LABELS = 0.999;

/** Planar values of the host. */
export interface Map4 {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A graph with its numbers. */
export interface Filled {
  readonly graph: Graph;
  readonly weights: Weights;
}

export const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export async function readMap(files: Files, path: string): Promise<Map4> {
  const { dims, data } = readNpyF32(await files(path));
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  return { shape: { n, c, h, w }, data };
}

export const importFiles = async (
  files: Files,
  prototxt: string,
  caffemodel: string | null,
  options?: CaffeImportOptions,
): Promise<CaffeImport> =>
  importCaffe(
    readNet(text(await files(prototxt))),
    caffemodel ? readCaffemodel(await files(caffemodel)) : null,
    options,
  );

/** What a net gives by output name, and the labels of the outputs that `labelled` names. */
export interface Found {
  readonly values: Readonly<Record<string, Float32Array>>;
  readonly labels: Readonly<Record<string, Uint32Array>>;
}

/** Runs a net that lives for one run, for outputs by name: layers that are none become outputs. */
export async function runNet(
  engine: Engine,
  { graph, weights }: Filled,
  inputs: Map4 | Readonly<Record<string, Map4>>,
  wanted: readonly string[],
  labelled: readonly string[] = [],
): Promise<Found> {
  for (const name of [...wanted, ...labelled])
    if (!graph.outputs.has(name)) graph.output(graph.node(name), name);
  const net = await engine.compile(graph, { weights });
  const { outputs } = await net.run(inputs);
  const values: Record<string, Float32Array> = {};
  const labels: Record<string, Uint32Array> = {};
  for (const name of wanted) values[name] = await download(engine, outputs[name] as Tensor);
  for (const name of labelled) {
    const map = argmax(engine, outputs[name] as Tensor);
    labels[name] = await downloadLabels(engine, map);
    map.buffer.destroy();
  }
  for (const y of Object.values(outputs)) y.buffer.destroy();
  net.dispose();
  return { values, labels };
}

/** What a net must give by output name. */
export interface Wanted {
  readonly values?: Readonly<Record<string, ArrayLike<number>>>;
  readonly labels?: Readonly<Record<string, ArrayLike<number>>>;
}

/** Runs a net and checks every output that is given, and the labels where they are. */
export async function checkNet(
  engine: Engine,
  net: Filled,
  input: Map4,
  { values = {}, labels = {} }: Wanted,
  tolerance = NET_TOLERANCE,
): Promise<Found> {
  const found = await runNet(engine, net, input, Object.keys(values), Object.keys(labels));
  for (const [name, want] of Object.entries(values))
    expect(relativeError(found.values[name]!, want), name).to.be.at.most(tolerance);
  for (const [name, want] of Object.entries(labels)) {
    const have = found.labels[name]!;
    expect(have.length, `labels of ${name}`).to.equal(want.length);
    const same = have.filter((label, i) => label === want[i]).length;
    expect(same / want.length, `labels of ${name}`).to.be.at.least(SAME_LABELS);
  }
  return found;
}

/** An engine for the tests of a suite. */
export function withEngine(define: (engine: () => Engine) => void): void {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());
  define(() => engine);
}
