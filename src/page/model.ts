import { FormatError, UnsupportedError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { parsePreprocess } from '../image/preprocess.js';
import { NETS } from '../nets/index.js';
import { CAFFE_PREPROCESS, FCN_PREPROCESS, type Preprocess } from '../ops/image.js';
import { importCaffe } from '../weights/caffe/import.js';
import { readNet as readPrototxt } from '../weights/caffe/net.js';
import { readModelFile } from '../weights/formats.js';
import { bare, type Model as ModelFile } from '../weights/model.js';
import { seededWeights } from '../weights/seeded.js';
import { readStream } from '../weights/stream.js';
import type { Weights } from '../weights/weights.js';
import type { Host } from './host.js';

/** Which net to run; files by the names that the command gave them. */
export interface ModelOptions {
  /** A net of src/nets, instead of a file with a graph. */
  readonly net?: string;
  /** Share of the net's channels. */
  readonly width?: number;
  /** Classes of the net; those that the weights' file names, or the net's own, by default. */
  readonly classes?: number;
  /**
   * Weights for `net` or for a prototxt, by layer name: a caffemodel or safetensors; seeded ones without. With an
   * ONNX `model`, numbers to take for its own by their names.
   */
  readonly weights?: string;
  /** A file with its own graph: safetensors, ONNX, or a caffemodel with its prototxt. */
  readonly model?: string;
  /** Of the caffemodel; alone, a net with seeded weights. */
  readonly prototxt?: string;
  /** JSON of `Preprocess`; what the file says by default, or BGR less the mean of Caffe's nets. */
  readonly preprocess?: string;
  /** A class name per line; what the file says by default. */
  readonly labels?: string;
}

export interface Model {
  readonly name: string;
  readonly graph: Graph;
  readonly weights: Weights;
  /** Whether the weights are random, so that the result shows nothing. */
  readonly seeded: boolean;
  readonly preprocess: Preprocess;
  /** Whether an option or the file says so, and not what is usual. */
  readonly preprocessGiven: boolean;
  readonly labels: readonly string[] | null;
  readonly licence: string | null;
}

/** What a model is loaded through. */
export type Files = Pick<Host, 'file' | 'progress' | 'signal'>;

const SEED = 1;

/** Files from this size on are read with progress, in bytes. */
const LARGE = 2 ** 24;

/** Reads a file, with progress where it is large. */
export function readFile({ file, progress, signal }: Files, name: string): Promise<Uint8Array> {
  const onProgress = ({ done, total }: { done: number; total: number | null }) =>
    total !== null && total >= LARGE && progress({ text: `reading ${name}`, done, total });
  return file(name).then((answer) => readStream(answer, { name, signal, onProgress }));
}

/** A file of JSON. @throws FormatError where it is none. */
export async function readJson(files: Files, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(files, name));
  } catch (cause) {
    throw new FormatError(`${name}: no JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
}

const readText = async (files: Files, name: string) => new TextDecoder().decode(await readFile(files, name));

/** The graph that the options name, and the file that it or its weights come from. */
export interface LoadedGraph {
  readonly graph: Graph;
  readonly file: ModelFile | null;
}

/** Loads what the options name, without making weights. @throws the typed errors of its files */
export async function loadGraph(files: Files, o: ModelOptions): Promise<LoadedGraph> {
  const prototxt = o.prototxt ? await readText(files, o.prototxt) : null;
  const path = o.model ?? o.weights;
  const file = await readNet(files, o, prototxt);
  const graph = o.net ? builtNet(o, file) : file?.graph;
  if (!graph) throw new UnsupportedError(`${path ?? 'model'}: ${WITHOUT_GRAPH}`);
  return { graph, file };
}

/** Loads the model that the options name. @throws the typed errors of its files */
export async function loadModel(files: Files, o: ModelOptions): Promise<Model> {
  const { graph, file } = await loadGraph(files, o);
  const seeded = !(o.model ?? o.weights);
  if (seeded) files.progress({ text: 'making seeded weights' });
  const preprocess = o.preprocess
    ? parsePreprocess(await readText(files, o.preprocess))
    : (file?.preprocess ?? null);
  const labels = o.labels
    ? (await readText(files, o.labels)).split(/\r?\n/).filter((line) => line)
    : (file?.classes ?? null);
  return {
    name: o.net ?? graph.name,
    graph,
    weights: new Map([...(seeded ? seededWeights(graph, SEED) : []), ...(file?.weights ?? [])]),
    seeded,
    preprocess: preprocess ?? (o.prototxt ? CAFFE_PREPROCESS : FCN_PREPROCESS),
    preprocessGiven: preprocess !== null,
    labels,
    licence: file?.licence ?? null,
  };
}

const WITHOUT_GRAPH =
  'numbers without a graph, should be a file that has one, a caffemodel with its --prototxt, or the --weights of a --net, a --prototxt or an ONNX --model';

/** What the files hold of a net: numbers that come alone fill the prototxt or the ONNX model beside them. */
async function readNet(files: Files, o: ModelOptions, prototxt: string | null): Promise<ModelFile | null> {
  const numbers = o.weights ? readModelFile(o.weights, await readFile(files, o.weights), prototxt) : null;
  if (o.model) return readModelFile(o.model, await readFile(files, o.model), prototxt, numbers?.weights);
  if (prototxt === null || numbers?.graph) return numbers;
  const { graph } = importCaffe(readPrototxt(prototxt), null);
  return { ...bare(new Map()), ...numbers, graph };
}

/** A net that is built in code, with as many classes as its weights name. */
function builtNet({ net, width, classes }: ModelOptions, file: ModelFile | null): Graph {
  const build = Object.hasOwn(NETS, net!) ? NETS[net!] : undefined;
  if (!build) throw new UnsupportedError(`net '${net}', should be one of ${Object.keys(NETS).join(', ')}`);
  const count = classes ?? file?.classes?.length;
  return build({ ...(width && { width }), ...(count && { classes: count }) });
}
