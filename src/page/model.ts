import { FormatError, UnsupportedError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { parsePreprocess } from '../image/preprocess.js';
import { NETS } from '../nets/index.js';
import { CAFFE_PREPROCESS, FCN_PREPROCESS, type Preprocess } from '../ops/image.js';
import { readCaffemodel } from '../weights/caffe/caffemodel.js';
import { importCaffe } from '../weights/caffe/import.js';
import { readNet } from '../weights/caffe/net.js';
import { readSafetensors } from '../weights/safetensors.js';
import { weightsOf } from '../weights/safetensors_values.js';
import { seededWeights } from '../weights/seeded.js';
import type { Weights } from '../weights/weights.js';
import type { Host } from './host.js';

/** Which net to run; files by the names that the command gave them. */
export interface ModelOptions {
  /** A net of src/nets, instead of a prototxt. */
  readonly net?: string;
  /** Share of the net's channels. */
  readonly width?: number;
  /** Weights for `net`: a caffemodel or safetensors; seeded ones without. */
  readonly weights?: string;
  readonly prototxt?: string;
  readonly caffemodel?: string;
  /** JSON of `Preprocess`; BGR less the mean of Caffe's classifiers, or of the FCNs, by default. */
  readonly preprocess?: string;
  /** A class name per line. */
  readonly labels?: string;
}

export interface Model {
  readonly name: string;
  readonly graph: Graph;
  readonly weights: Weights;
  /** Whether the weights are random, so that the result shows nothing. */
  readonly seeded: boolean;
  readonly preprocess: Preprocess;
  readonly labels: readonly string[] | null;
}

const SEED = 1;

/** Reads a file, with progress where it is large. */
export async function readFile(host: Host, name: string): Promise<Uint8Array> {
  const response = await host.file(name);
  const total = Number(response.headers.get('content-length') ?? 0);
  if (!response.body || total < 2 ** 24) return new Uint8Array(await response.arrayBuffer());
  const bytes = new Uint8Array(total);
  let done = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    if (done + chunk.length > total) throw new FormatError(`${name}: grew while it was read`);
    bytes.set(chunk, done);
    done += chunk.length;
    host.progress({ text: `reading ${name}`, done, total });
  }
  if (done !== total) throw new FormatError(`${name}: ${done} bytes, should be ${total}`);
  return bytes;
}

const readText = async (host: Host, name: string) => new TextDecoder().decode(await readFile(host, name));

export async function loadModel(host: Host, o: ModelOptions): Promise<Model> {
  const usual = o.prototxt ? CAFFE_PREPROCESS : FCN_PREPROCESS;
  const preprocess = o.preprocess ? parsePreprocess(await readText(host, o.preprocess)) : usual;
  const labels = o.labels ? (await readText(host, o.labels)).split(/\r?\n/).filter((line) => line) : null;
  if (o.prototxt) {
    const net = readNet(await readText(host, o.prototxt));
    const model = o.caffemodel ? readCaffemodel(await readFile(host, o.caffemodel)) : null;
    const { graph, weights } = importCaffe(net, model);
    if (model) return { name: net.name, graph, weights, seeded: false, preprocess, labels };
    return { name: net.name, graph, weights: seededWeights(graph, SEED), seeded: true, preprocess, labels };
  }
  const build = Object.hasOwn(NETS, o.net ?? '') ? NETS[o.net!] : undefined;
  if (!build) throw new UnsupportedError(`net '${o.net}', should be one of ${Object.keys(NETS).join(', ')}`);
  const graph = build(o.width === undefined ? {} : { width: o.width });
  host.progress({ text: o.weights ? `reading ${o.weights}` : 'making seeded weights' });
  const weights = o.weights ? await readWeights(host, o.weights) : seededWeights(graph, SEED);
  return { name: o.net!, graph, weights, seeded: !o.weights, preprocess, labels };
}

/** Weights of a net built in code, matched by layer name. */
async function readWeights(host: Host, name: string): Promise<Weights> {
  const bytes = await readFile(host, name);
  if (name.endsWith('.safetensors')) return weightsOf(readSafetensors(bytes));
  if (!name.endsWith('.caffemodel'))
    throw new UnsupportedError(`${name}: should be a .safetensors or a .caffemodel`);
  const weights: Weights = new Map();
  for (const layer of readCaffemodel(bytes).layers)
    for (const [i, part] of ['weight', 'bias'].entries()) {
      const blob = layer.blobs[i];
      if (blob) weights.set(`${layer.name}.${part}`, blob);
    }
  return weights;
}
