import { crc32 } from 'node:zlib';
import { readMat } from '../../src/data/mat5/read.js';
import { FormatError } from '../../src/errors.js';
import type { Graph } from '../../src/graph/builder.js';
import { plan } from '../../src/graph/plan.js';
import { graphFromJson } from '../../src/graph/serialise.js';
import { decodeImage } from '../../src/image/decode.js';
import { decodeLabels } from '../../src/image/png.js';
import { parsePreprocess } from '../../src/image/preprocess.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readSolver } from '../../src/weights/caffe/solver.js';
import { readModel } from '../../src/weights/model.js';
import { readNpy } from '../../src/weights/npy.js';
import { importModel } from '../../src/weights/onnx/import.js';
import { readOnnx, readOnnxTensor } from '../../src/weights/onnx/model.js';
import { deformJson, deformProtobuf } from './deform.js';
import * as files from './files.js';
import type { Dice } from './mutate.js';

/** A format of files that come from anywhere. */
export interface Format {
  readonly name: string;
  /** How many of the files are of it; 1 by default. */
  readonly share?: number;
  /** Whole files. */
  files(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Reads a file as far as no GPU is needed. */
  read(bytes: Uint8Array): unknown;
  /** Sums and lengths that a fault broke, set right again, so that it gets past them. */
  mend?(bytes: Uint8Array): Uint8Array;
  /** A file that is well-formed and says something else. */
  deform?(bytes: Uint8Array, roll: Dice): Uint8Array;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Numbers that a file did not hold must not come out of it; each takes `width` bytes or more. */
export function backed(
  bytes: Uint8Array,
  tensors: Iterable<{ dims: readonly number[]; data: ArrayLike<number | bigint> }>,
  width: number,
) {
  let all = 0;
  for (const { dims, data } of tensors) {
    const wanted = dims.reduce((a, b) => a * b, 1);
    if (data.length !== wanted) throw new Error(`${data.length} values for [${dims}]`);
    all += data.length;
  }
  if (all * width > bytes.length) throw new Error(`${all} values out of ${bytes.length} bytes`);
}

/** Plans a run; where sizes are free, of a small image. */
function planned(graph: Graph): void {
  const shapes = graph.inputs.map(({ name, channels: c, size, batch }) => {
    const [h, w] = size ?? [33, 47];
    return [name, { n: batch ?? 1, c, h, w }];
  });
  plan(graph, Object.fromEntries(shapes));
}

/** The header of a .safetensors file, as JSON that says something else. */
function deformHeader(bytes: Uint8Array, roll: Dice): Uint8Array {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = deformJson(bytes.subarray(8, end), roll);
  const made = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(made.buffer).setBigUint64(0, BigInt(header.length), true);
  made.set(header, 8);
  made.set(bytes.subarray(end), 8 + header.length);
  return made;
}

/** The length that a .safetensors file gives of its header, set to where its JSON ends. */
function mendHeader(bytes: Uint8Array): Uint8Array {
  const end = new TextDecoder('latin1').decode(bytes).lastIndexOf('}}') + 2;
  if (bytes.length < 10 || end < 10) return bytes;
  const made = bytes.slice();
  new DataView(made.buffer).setBigUint64(0, BigInt(end - 8), true);
  return made;
}

/** The checksum of each chunk of a PNG file. */
export function mendChunks(bytes: Uint8Array): Uint8Array {
  const made = bytes.slice();
  const view = new DataView(made.buffer);
  for (let at = 8; at + 12 <= made.length; ) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > made.length) break;
    view.setUint32(end, crc32(made.subarray(at + 4, end)));
    at = end + 4;
  }
  return made;
}

export const FORMATS: readonly Format[] = [
  {
    name: 'onnx',
    share: 4,
    files: files.onnxFiles,
    read(bytes) {
      const model = readOnnx(bytes);
      backed(bytes, model.initializers.values(), 1);
      planned(importModel(model, { maxElements: 2 ** 20 }).graph);
    },
    deform: deformProtobuf,
  },
  {
    name: 'onnx tensor',
    files: files.onnxTensorFiles,
    read: (bytes) => backed(bytes, [readOnnxTensor(bytes)], 1),
    deform: deformProtobuf,
  },
  {
    name: 'caffemodel',
    share: 2,
    files: files.caffemodelFiles,
    read(bytes) {
      const model = readCaffemodel(bytes);
      backed(
        bytes,
        model.layers.flatMap(({ blobs }) => blobs),
        4,
      );
      importCaffe(readNet(files.CAFFE_NET), model);
    },
    deform: deformProtobuf,
  },
  {
    name: 'prototxt',
    files: files.prototxtFiles,
    read: (bytes) => planned(importCaffe(readNet(text(bytes)), null).graph),
  },
  { name: 'solver', files: files.solverFiles, read: (bytes) => readSolver(text(bytes)) },
  {
    name: 'safetensors',
    share: 2,
    files: files.safetensorsFiles,
    read(bytes) {
      const { weights, graph } = readModel(bytes);
      backed(bytes, weights.values(), 2);
      if (graph) planned(graph);
    },
    mend: mendHeader,
    deform: deformHeader,
  },
  { name: 'npy', files: files.npyFiles, read: (bytes) => backed(bytes, [readNpy(bytes)], 1) },
  { name: 'png', files: files.pngFiles, read: decodeImage, mend: mendChunks },
  { name: 'labels', files: files.labelFiles, read: decodeLabels, mend: mendChunks },
  { name: 'jpeg', files: files.jpegFiles, read: decodeImage },
  {
    name: 'mat',
    files: files.matFiles,
    async read(bytes) {
      for (const value of (await readMat(bytes)).values())
        if (value.kind === 'numbers') backed(bytes, [value], 1 / 16); // may be compressed
    },
  },
  {
    name: 'graph',
    share: 2,
    files: files.graphFiles,
    read(bytes) {
      let json: unknown;
      try {
        json = JSON.parse(text(bytes));
      } catch (error) {
        throw new FormatError((error as Error).message);
      }
      planned(graphFromJson(json));
    },
    deform: deformJson,
  },
  {
    name: 'preprocess',
    files: files.preprocessFiles,
    read: (bytes) => parsePreprocess(text(bytes)),
    deform: deformJson,
  },
];
