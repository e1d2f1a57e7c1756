import { createEngine, type Engine } from '../../engine/engine.js';
import { download, type Tensor } from '../../engine/tensor.js';
import { FormatError, UnsupportedError } from '../../errors.js';
import type { AdapterInfo } from '../../gpu/device.js';
import { readCaffemodel } from '../../weights/caffe/caffemodel.js';
import { importCaffe } from '../../weights/caffe/import.js';
import { readNet } from '../../weights/caffe/net.js';
import { readNpy } from '../../weights/npy.js';
import { importModel } from '../../weights/onnx/import.js';
import { readOnnx, readOnnxTensor } from '../../weights/onnx/model.js';
import { runOnnx, shapeOf } from '../../weights/onnx/run.js';
import type { OnnxTensor } from '../../weights/onnx/tensor.js';
import {
  type ConformanceCase,
  type ConformanceReport,
  type ConformanceSet,
  difference,
  type Miss,
  type Tolerance,
} from '../conformance.js';
import type { Host } from '../host.js';

export interface ConformanceOptions extends Tolerance {
  /** Their files are in the served folder `cases`. */
  readonly cases: readonly ConformanceCase[];
}

/** Runs every case and compares it with its stored outputs. */
export async function conformance(
  host: Host,
  o: ConformanceOptions,
): Promise<ConformanceReport & { readonly adapter: AdapterInfo }> {
  const engine = await createEngine({ gpu: host.gpu, limits: 'adapter' });
  const [passed, parsed, failed, unsupported]: [string[], string[], Miss[], Miss[]] = [[], [], [], []];
  for (const [i, each] of o.cases.entries()) {
    host.signal.throwIfAborted();
    host.progress({ text: each.name, done: i, total: o.cases.length });
    const { name } = each;
    try {
      const wrong = await (each.kind === 'onnx' ? runOnnxCase : runCaffeCase)(host, engine, each, o);
      if (wrong) failed.push({ name, why: wrong });
      else (each.sets.length > 0 ? passed : parsed).push(name);
    } catch (error) {
      if (host.signal.aborted) throw error;
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      (error instanceof UnsupportedError ? unsupported : failed).push({ name, why });
    }
  }
  const { adapter } = engine;
  engine.dispose();
  return { adapter, passed, parsed, failed, unsupported };
}

async function bytesOf(host: Host, path: string): Promise<Uint8Array> {
  const response = await fetch(`${host.url}cases/${path.split('/').map(encodeURIComponent).join('/')}`);
  if (!response.ok) throw new FormatError(`${path}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

const NPY_TYPES = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Uint8Array, 'uint8'],
  [BigInt64Array, 'int64'],
] as const;

async function tensorOf(host: Host, path: string): Promise<OnnxTensor> {
  const bytes = await bytesOf(host, path);
  if (path.endsWith('.pb')) return readOnnxTensor(bytes);
  const { dims, data } = readNpy(bytes);
  const [, type] = NPY_TYPES.find(([Values]) => data instanceof Values)!;
  const values = data instanceof BigInt64Array ? Float64Array.from(data, Number) : data;
  return { type, dims, data: values instanceof Uint8Array ? Float32Array.from(values) : values };
}

const tensorsOf = (host: Host, paths: readonly string[]) => Promise.all(paths.map((p) => tensorOf(host, p)));

/** Returns what is wrong with the first output that is. */
async function runOnnxCase(
  host: Host,
  engine: Engine,
  { model: path, sets }: ConformanceCase,
  tolerance: Tolerance,
): Promise<string | null> {
  const model = readOnnx(await bytesOf(host, path));
  if (sets.length === 0) importModel(model);
  for (const set of sets) {
    const given = await tensorsOf(host, set.inputs);
    const values = new Map(model.inputs.map(({ name }, i) => [name, given[i]!]));
    const outputs = await runOnnx(engine, importModel(model, { values }), values, host.signal);
    const want = await tensorsOf(host, set.outputs);
    for (const [i, { name }] of model.outputs.entries()) {
      const wrong = want[i] && difference(`output '${name}'`, outputs.get(name)!, want[i], tolerance);
      if (wrong) return wrong;
    }
  }
  return null;
}

/** A blob without its trailing axes of size 1: Caffe's blobs of two axes are maps of one pixel here. */
const trimmed = (t: OnnxTensor): OnnxTensor => ({
  ...t,
  dims: t.dims.slice(0, t.dims.findLastIndex((d) => d !== 1) + 1),
});

async function runCaffeCase(
  host: Host,
  engine: Engine,
  each: ConformanceCase,
  tolerance: Tolerance,
): Promise<string | null> {
  const net = readNet(new TextDecoder().decode(await bytesOf(host, each.model)));
  const model = each.weights ? readCaffemodel(await bytesOf(host, each.weights)) : null;
  // Without an output to compare a net is read only: it need not say what its inputs are.
  if (each.sets.length === 0) return null;
  const { graph, weights } = importCaffe(net, model, { classifier: true });
  for (const set of each.sets) {
    const wrong = await runCaffeSet(host, engine, graph, weights, set, tolerance);
    if (wrong) return wrong;
  }
  return null;
}

async function runCaffeSet(
  host: Host,
  engine: Engine,
  graph: ReturnType<typeof importCaffe>['graph'],
  weights: ReturnType<typeof importCaffe>['weights'],
  set: ConformanceSet,
  tolerance: Tolerance,
): Promise<string | null> {
  const [input, want] = await tensorsOf(host, [set.inputs[0]!, set.outputs[0]!]);
  const net = await engine.compile(graph, { weights, signal: host.signal });
  const data = Float32Array.from(input!.data);
  const { outputs } = await net.run({ [graph.inputs[0]!.name]: { shape: shapeOf(input!.dims), data } });
  const found = (outputs.output ?? Object.values(outputs)[0]) as Tensor;
  const { n, c, h, w } = found.shape;
  const have = { type: 'float32' as const, dims: [n, c, h, w], data: await download(engine, found) };
  for (const y of Object.values(outputs)) y.buffer.destroy();
  net.dispose();
  return difference('output', trimmed(have), trimmed(want!), tolerance);
}
