import type { ElemType } from '../../dispatch.js';
import { createEngine, type Engine } from '../../engine/engine.js';
import { download, free, type Tensor } from '../../engine/tensor.js';
import { DeviceLostError, FormatError, UnsupportedError } from '../../errors.js';
import type { AdapterInfo } from '../../gpu/device.js';
import { readCaffemodel } from '../../weights/caffe/caffemodel.js';
import { importCaffe } from '../../weights/caffe/import.js';
import { readNet } from '../../weights/caffe/net.js';
import { readNpy } from '../../weights/npy.js';
import { importModel } from '../../weights/onnx/import.js';
import { readOnnx, readOnnxTensor } from '../../weights/onnx/model.js';
import { runOnnx, shapeOf } from '../../weights/onnx/run.js';
import type { OnnxTensor } from '../../weights/onnx/tensor.js';
import { type ConformanceCase, type ConformanceReport, difference, type Tolerance } from '../conformance.js';
import type { Host } from '../host.js';

export interface ConformanceOptions extends Tolerance {
  /** Their files are in the served folder `cases`. */
  readonly cases: readonly ConformanceCase[];
}

type Sorted = { readonly [K in keyof ConformanceReport]: ConformanceReport[K][number][] };

/**
 * Runs every case and compares it with its stored outputs. No case stops the walk: what it throws is its
 * result, and after a device loss the next one has a device of its own. Convolutions sum directly: the
 * tolerance is that of sums in f32, and tighter than Winograd's rounding.
 */
export async function conformance(
  host: Host,
  o: ConformanceOptions,
): Promise<ConformanceReport & { readonly adapter: AdapterInfo }> {
  let engine = await createEngine({ gpu: host.gpu, limits: 'adapter' });
  const { adapter } = engine;
  const sorted: Sorted = { passed: [], parsed: [], failed: [], unsupported: [] };
  for (const [i, each] of o.cases.entries()) {
    host.signal.throwIfAborted();
    host.progress({ text: each.name, done: i, total: o.cases.length });
    const { name } = each;
    try {
      const wrong = await (each.kind === 'onnx' ? runOnnxCase : runCaffeCase)(host, engine, each, o);
      if (wrong) sorted.failed.push({ name, why: wrong });
      else sorted[each.sets.length > 0 ? 'passed' : 'parsed'].push(name);
    } catch (error) {
      host.signal.throwIfAborted();
      const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      sorted[error instanceof UnsupportedError ? 'unsupported' : 'failed'].push({ name, why });
      if (!(error instanceof DeviceLostError)) continue;
      engine.dispose();
      engine = await createEngine({ gpu: host.gpu, limits: 'adapter' });
    }
  }
  engine.dispose();
  return { adapter, ...sorted };
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
    if (given.length !== model.inputs.length)
      throw new FormatError(`${given.length} stored inputs, the model has ${model.inputs.length}`);
    const values = new Map(model.inputs.map(({ name }, i) => [name, given[i]!]));
    const imported = importModel(model, { values });
    const options = { memory: 'low', signal: host.signal } as const;
    const outputs = await runOnnx(engine, imported, values, options);
    const want = await tensorsOf(host, set.outputs);
    if (want.length > model.outputs.length)
      throw new FormatError(`${want.length} stored outputs, the model has ${model.outputs.length}`);
    for (const [i, stored] of want.entries()) {
      const { name } = model.outputs[i]!;
      const wrong = difference(`output '${name}'`, outputs.get(name)!, stored, tolerance);
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
  const read = readNet(new TextDecoder().decode(await bytesOf(host, each.model)));
  const model = each.weights ? readCaffemodel(await bytesOf(host, each.weights)) : null;
  // Without an output to compare a net is read only: it need not say what its inputs are.
  if (each.sets.length === 0) return null;
  const { graph, weights } = importCaffe(read, model, { classifier: true });
  for (const { inputs, outputs, blobs } of each.sets) {
    if (inputs.length === 0) throw new FormatError('no input.npy, and no blob.npy in a folder above');
    const [input, ...want] = await tensorsOf(host, [...inputs, ...outputs]);
    const net = await engine.compile(graph, { weights, memory: 'low', signal: host.signal });
    let found: Readonly<Record<string, Tensor<ElemType>>> = {};
    try {
      const data = Float32Array.from(input!.data);
      const given = { [graph.inputs[0]!.name]: { shape: shapeOf(input!.dims), data } };
      found = (await net.run(given, { signal: host.signal })).outputs;
      for (const [i, stored] of want.entries()) {
        const blob = blobs?.[i] ?? ('output' in found ? 'output' : Object.keys(found)[0]!);
        const y = found[blob] as Tensor | undefined;
        if (!y) return `no output '${blob}'`;
        const { n, c, h, w } = y.shape;
        const have = { type: 'float32' as const, dims: [n, c, h, w], data: await download(engine, y) };
        const wrong = difference(`output '${blob}'`, trimmed(have), trimmed(stored), tolerance);
        if (wrong) return wrong;
      }
    } finally {
      free(...Object.values(found));
      net.dispose();
    }
  }
  return null;
}
