import type { Elem } from '../dispatch.js';
import { FormatError, UnsupportedError } from '../errors.js';
import { readCaffemodel } from './caffe/caffemodel.js';
import { importCaffe } from './caffe/import.js';
import { readNet } from './caffe/net.js';
import { bare, describedBy, type Model, metadataOf, modelParts, readModel } from './model.js';
import { exportOnnxParts } from './onnx/export.js';
import { importModel } from './onnx/import.js';
import { readOnnx } from './onnx/model.js';
import { refilled } from './onnx/refill.js';
import type { Weights } from './weights.js';

/** A format of files that hold nets. */
export interface Format {
  /** At the end of a file's name. */
  readonly extension: string;
  /** What a file of it is, for messages. */
  readonly title: string;
  /** Whether a file may begin so: the first byte that tells the formats apart. */
  begins(bytes: Uint8Array): boolean;
  /**
   * @param prototxt text of the description that a caffemodel lacks, if there is one
   * @param numbers of another file, to take for those of an ONNX model
   */
  read(bytes: Uint8Array, prototxt: string | null, numbers: Weights | null): Model;
  /** The file in parts, where the format can be written. */
  write?(model: Model, elem: Elem): Iterable<Uint8Array>;
}

/** The numbers of a caffemodel by layer: `<layer>.weight` and `<layer>.bias`. */
function caffeWeights(bytes: Uint8Array): Weights {
  const weights: Weights = new Map();
  for (const { name, blobs } of readCaffemodel(bytes).layers)
    for (const [i, part] of ['weight', 'bias'].entries())
      if (blobs[i]) weights.set(`${name}.${part}`, blobs[i]);
  return weights;
}

function readOnnxModel(bytes: Uint8Array, _: string | null, numbers: Weights | null): Model {
  const own = readOnnx(bytes);
  const model = numbers ? refilled(own, numbers) : own;
  const { graph, weights } = importModel(model);
  return { graph, weights, ...describedBy(model.metadata) };
}

function writeOnnxModel(model: Model, elem: Elem): Iterable<Uint8Array> {
  const { graph, weights } = model;
  if (elem !== 'f32') throw new UnsupportedError(`onnx: numbers in ${elem}, should be in f32`);
  if (!graph) throw new UnsupportedError('onnx: numbers without a graph, should have one');
  return exportOnnxParts(graph, weights, { metadata: metadataOf(model) });
}

/** What files of nets may be. The tags of a protobuf's first field tell ONNX's from Caffe's. */
export const FORMATS: readonly Format[] = [
  {
    extension: '.safetensors',
    title: 'a safetensors file',
    begins: (bytes) => bytes[8] === 0x7b,
    read: readModel,
    write: modelParts,
  },
  {
    extension: '.caffemodel',
    title: 'a caffemodel',
    // name, layers (V1), input, layer (V2)
    begins: (bytes) => [0x0a, 0x12, 0x1a, 0xa2].includes(bytes[0]!),
    read: (bytes, prototxt) =>
      prototxt === null
        ? bare(caffeWeights(bytes))
        : { ...bare(new Map()), ...importCaffe(readNet(prototxt), readCaffemodel(bytes)) },
  },
  {
    extension: '.onnx',
    title: 'an ONNX model',
    begins: (bytes) => bytes[0] === 0x08, // ir_version
    read: readOnnxModel,
    write: writeOnnxModel,
  },
];

/** The format that a file's name asks for. @throws UnsupportedError where there is none */
export function formatOf(name: string): Format {
  const found = FORMATS.find(({ extension }) => name.toLowerCase().endsWith(extension));
  if (found) return found;
  const names = FORMATS.map(({ extension }) => extension).join(', ');
  throw new UnsupportedError(`${name}: a file of another kind, should end in one of ${names}`);
}

/**
 * Reads a file of a net by its name's ending.
 * @param prototxt text of the description that a caffemodel lacks
 * @param numbers of another file, to take for those of an ONNX model by the names of its tensors
 * @throws FormatError, UnsupportedError, ShapeError, WeightsError for a file that does not hold one
 */
export function readModelFile(
  name: string,
  bytes: Uint8Array,
  prototxt: string | null = null,
  numbers: Weights | null = null,
): Model {
  const format = formatOf(name);
  if (format.begins(bytes)) return format.read(bytes, prototxt, numbers);
  const actual = FORMATS.find((other) => other.begins(bytes));
  throw new FormatError(
    `${name}: begins like ${actual ? actual.title : 'no file of a net'}, should be ${format.title}`,
  );
}
