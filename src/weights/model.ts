import type { Elem } from '../dispatch.js';
import { FormatError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { list, text } from '../graph/forms/check.js';
import { tensorData } from '../graph/load.js';
import { parameters } from '../graph/parameters.js';
import { graphFromJson, graphToJson } from '../graph/serialise.js';
import { parsePreprocess } from '../image/preprocess.js';
import type { Preprocess } from '../ops/image.js';
import { readSafetensors } from './safetensors.js';
import { weightsOf } from './safetensors_values.js';
import { joined, safetensorsParts } from './safetensors_write.js';
import type { Weights } from './weights.js';

/** What a file holds of a net. */
export interface Model {
  /** Null where the file has numbers alone: weights of a net that is built in code, by name. */
  readonly graph: Graph | null;
  readonly weights: Weights;
  /** A name per channel of the scores. */
  readonly classes: readonly string[] | null;
  /** From an image's bytes to the net's input. */
  readonly preprocess: Preprocess | null;
  /** Of the numbers, as their author writes it. */
  readonly licence: string | null;
}

/** Numbers alone, of which a file says nothing else. */
export const bare = (weights: Weights): Model => ({
  graph: null,
  weights,
  classes: null,
  preprocess: null,
  licence: null,
});

/** Keys of the metadata. */
const GRAPH = 'rarefy.graph';
const CLASSES = 'rarefy.classes';
const PREPROCESS = 'rarefy.preprocess';
const LICENCE = 'licence';

const classNames = list(text(2 ** 12), 2 ** 20, 1);

/**
 * The tensors that a graph needs, in the order of its layers and with its dims: what a file of it holds.
 * @throws WeightsError where one is missing, of another size, or not finite
 */
export function weightsFor(graph: Graph, weights: Weights): Weights {
  const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
  return new Map(
    parameters(graph).map(({ name, dims }) => [name, { dims, data: tensorData(weights, name, size(dims)) }]),
  );
}

/** What a model says beside its graph and numbers, as the metadata of a file. */
export function metadataOf({ classes, preprocess, licence }: Model): Map<string, string> {
  const metadata = new Map<string, string>();
  if (classes) metadata.set(CLASSES, JSON.stringify(classNames(classes, CLASSES)));
  if (preprocess) metadata.set(PREPROCESS, JSON.stringify(preprocess));
  if (licence !== null) metadata.set(LICENCE, licence);
  return metadata;
}

type Metadata = ReadonlyMap<string, string>;

function jsonOf(metadata: Metadata, key: string): unknown {
  const text = metadata.get(key);
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new FormatError(`${key}: ${(error as Error).message}, should be JSON`);
  }
}

/** Reads `metadataOf`. @throws FormatError for a value that is none of its key */
export function describedBy(metadata: Metadata): Pick<Model, 'classes' | 'preprocess' | 'licence'> {
  const classes = jsonOf(metadata, CLASSES);
  const preprocess = metadata.get(PREPROCESS);
  return {
    classes: classes === undefined ? null : classNames(classes, CLASSES),
    preprocess: preprocess === undefined ? null : parsePreprocess(preprocess),
    licence: metadata.get(LICENCE) ?? null,
  };
}

/**
 * A model as a .safetensors file, in parts: the graph, class names, preprocessing and licence are in its
 * metadata. With `elem: 'f16'` filters are rounded to halves.
 * @throws WeightsError where the weights are not those of the graph, or beyond f16
 */
export function modelParts(model: Model, elem: Elem = 'f32'): Generator<Uint8Array<ArrayBuffer>> {
  const { graph, weights } = model;
  const metadata = new Map(graph && [[GRAPH, JSON.stringify(graphToJson(graph))]]);
  for (const [key, text] of metadataOf(model)) metadata.set(key, text);
  return safetensorsParts(graph ? weightsFor(graph, weights) : weights, { metadata, elem });
}

/** A model as a whole .safetensors file. See `modelParts`. */
export const writeModel = (model: Model, elem?: Elem): Uint8Array<ArrayBuffer> =>
  joined([...modelParts(model, elem)]);

/**
 * Reads a .safetensors file with what its metadata says of the net. f32 weights are views of `bytes`.
 * @throws FormatError, ShapeError for a file that breaks the format
 */
export function readModel(bytes: Uint8Array): Model {
  const file = readSafetensors(bytes);
  const graph = jsonOf(file.metadata, GRAPH);
  return {
    graph: graph === undefined ? null : graphFromJson(graph),
    weights: weightsOf(file),
    ...describedBy(file.metadata),
  };
}
