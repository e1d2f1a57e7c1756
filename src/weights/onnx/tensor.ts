import { UnsupportedError } from '../../errors.js';
import { halfToNumber } from '../half.js';
import type { FixedRun, ProtoReader } from '../protobuf.js';

/** Element types by number in `data_type`. */
const TYPES = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
} as const;

/** Type of an ONNX tensor's elements. */
export type OnnxType = (typeof TYPES)[keyof typeof TYPES];

/** An array as an ONNX file has it, row-major; no dims for a scalar. */
export interface OnnxTensor {
  readonly type: OnnxType;
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** What becomes of NaN and fractions; floats stay as they are. */
export const isFloat = (type: OnnxType): boolean => type.startsWith('float');

/** The type of this number. @throws UnsupportedError for strings, complex and 8-bit or shorter floats. */
export function onnxType(code: number, what: string): OnnxType {
  const type = (TYPES as Record<number, OnnxType>)[code];
  if (!type)
    throw new UnsupportedError(
      `onnx: ${what} of data type ${code}, should be one of ${Object.values(TYPES).join(', ')}`,
    );
  return type;
}

/** The number of this type in `data_type`. */
export const onnxTypeCode = (type: OnnxType): number =>
  Number(Object.entries(TYPES).find(([, name]) => name === type)![0]);

/** Elements of a tensor of these dims. */
export const count = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

const READ: Readonly<Record<OnnxType, { bytes: number; get(v: DataView, at: number): number }>> = {
  float32: { bytes: 4, get: (v, at) => v.getFloat32(at, true) },
  uint8: { bytes: 1, get: (v, at) => v.getUint8(at) },
  int8: { bytes: 1, get: (v, at) => v.getInt8(at) },
  uint16: { bytes: 2, get: (v, at) => v.getUint16(at, true) },
  int16: { bytes: 2, get: (v, at) => v.getInt16(at, true) },
  int32: { bytes: 4, get: (v, at) => v.getInt32(at, true) },
  int64: { bytes: 8, get: (v, at) => Number(v.getBigInt64(at, true)) },
  bool: { bytes: 1, get: (v, at) => v.getUint8(at) },
  float16: { bytes: 2, get: (v, at) => halfToNumber(v.getUint16(at, true)) },
  float64: { bytes: 8, get: (v, at) => v.getFloat64(at, true) },
  uint32: { bytes: 4, get: (v, at) => v.getUint32(at, true) },
  uint64: { bytes: 8, get: (v, at) => Number(v.getBigUint64(at, true)) },
};

/** Values are kept in f32 where that holds each of them, else in f64. */
export function typedArray(type: OnnxType, size: number): Float32Array | Float64Array {
  const wide = type !== 'float32' && (type.endsWith('32') || type.endsWith('64'));
  return wide ? new Float64Array(size) : new Float32Array(size);
}

/** Where a TensorProto keeps its values; `ints` also hold the bits of halves. */
interface Source {
  raw: Uint8Array | null;
  readonly ints: number[];
  readonly runs: { readonly width: 4 | 8; readonly run: FixedRun }[];
}

function values(r: ProtoReader, what: string, type: OnnxType, size: number, { raw, ints, runs }: Source) {
  const { bytes, get } = READ[type];
  const floats = runs.reduce((sum, { run }) => sum + run.count, 0);
  const have = raw ? raw.length / bytes : floats + ints.length;
  if (have !== size) r.fail(`${what} with ${have} values, should have ${size}`);
  if (raw && type === 'float32') return new Float32Array(new Uint8Array(raw).buffer);
  const data = typedArray(type, size);
  if (raw) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let i = 0; i < size; i++) data[i] = get(view, i * bytes);
    return data;
  }
  let at = 0;
  for (const { width, run } of runs) {
    r.readRun(run, width, data, at);
    at += run.count;
  }
  for (const v of ints) data[at++] = type === 'float16' ? halfToNumber(v) : v;
  return data;
}

/** Reads the fields of a TensorProto up to the end of its message. */
export function readTensorFields(r: ProtoReader): { name: string; tensor: OnnxTensor } {
  const dims: number[] = [];
  const source: Source = { raw: null, ints: [], runs: [] };
  let code = 0;
  let name = '';
  let external = false;
  r.fields((field) => {
    if (field === 1) dims.push(...r.sizes());
    else if (field === 2) code = r.size();
    else if (field === 4 || field === 10) {
      const width = field === 4 ? 4 : 8;
      source.runs.push({ width, run: r.fixed(width) });
    } else if (field === 5 || field === 7 || field === 11) for (const v of r.ints()) source.ints.push(v);
    else if (field === 8) name = r.string();
    else if (field === 9) source.raw = r.raw();
    else if (field === 14) external = r.size() === 1;
  });
  const what = `tensor '${name}' [${dims.join(', ')}]`;
  if (external)
    throw new UnsupportedError(`onnx: ${what} lies in another file, its values should be in this one`);
  const type = onnxType(code, what);
  return { name, tensor: { type, dims, data: values(r, what, type, count(dims), source) } };
}
