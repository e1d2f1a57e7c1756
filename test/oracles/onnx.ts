import { PbfReader } from 'pbf';

/** An array as an ONNX file has it, row-major. */
export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  /** None for a scalar. */
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array;
}

export type OnnxType = (typeof TYPES)[keyof typeof TYPES];

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  /** Names; '' for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export type OnnxAttribute = number | string | OnnxTensor | readonly number[] | readonly string[];

export interface OnnxModel {
  /** Of the operators without a domain; 0 where there are none. */
  readonly opset: number;
  /** In an order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Names of what a run is given: inputs that no initializer holds. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

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
} as const;

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
};

function halfToNumber(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 0
      ? fraction * 2 ** -24
      : exponent === 31
        ? fraction > 0
          ? Number.NaN
          : Number.POSITIVE_INFINITY
        : (1024 + fraction) * 2 ** (exponent - 25);
  return bits & 0x8000 ? -size : size;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a serialized TensorProto, with raw or typed data. */
export const readTensor = (bytes: Uint8Array): OnnxTensor => tensor(new PbfReader(bytes), bytes.length);

/** Reads a serialized ModelProto. Other operator sets than ONNX's own are kept in the nodes' domains. */
export function readModel(bytes: Uint8Array): OnnxModel {
  const r = new PbfReader(bytes);
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  let opset = 0;
  r.readFields((field) => {
    if (field === 8) {
      const set = { domain: '', version: 0 };
      r.readMessage((inner) => {
        if (inner === 1) set.domain = r.readString();
        else if (inner === 2) set.version = r.readVarint();
      }, null);
      if (set.domain === '') opset = set.version;
    } else if (field === 7)
      r.readMessage((inner) => {
        if (inner === 1) nodes.push(node(r));
        else if (inner === 5) {
          const value = tensor(r);
          initializers.set(value.name, value);
        } else if (inner === 11) inputs.push(nameOf(r));
        else if (inner === 12) outputs.push(nameOf(r));
      }, null);
  }, null);
  if (nodes.length === 0) throw new Error('onnx: no nodes, should have at least one');
  return { opset, nodes, initializers, inputs: inputs.filter((name) => !initializers.has(name)), outputs };
}

function nameOf(r: PbfReader): string {
  let name = '';
  r.readMessage((field) => {
    if (field === 1) name = r.readString();
  }, null);
  return name;
}

function node(r: PbfReader): OnnxNode {
  const attributes = new Map<string, OnnxAttribute>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  const found = { op: '', domain: '', inputs, outputs, attributes };
  r.readMessage((field) => {
    if (field === 1) inputs.push(r.readString());
    else if (field === 2) outputs.push(r.readString());
    else if (field === 4) found.op = r.readString();
    else if (field === 5) attributes.set(...attribute(r));
    else if (field === 7) found.domain = r.readString();
  }, null);
  return found;
}

function attribute(r: PbfReader): [string, OnnxAttribute] {
  let name = '';
  let single: OnnxAttribute | undefined;
  const numbers: number[] = [];
  const strings: string[] = [];
  r.readMessage((field) => {
    if (field === 1) name = r.readString();
    else if (field === 2) single = r.readFloat();
    else if (field === 3) single = r.readVarint(true);
    else if (field === 4) single = utf8.decode(r.readBytes());
    else if (field === 5) single = tensor(r);
    else if (field === 7) r.readPackedFloat(numbers);
    else if (field === 8) r.readPackedVarint(numbers, true);
    else if (field === 9) strings.push(utf8.decode(r.readBytes()));
  }, null);
  return [name, single ?? (strings.length > 0 ? strings : numbers)];
}

/** @param end of the message; that of the message which starts here without it. */
function tensor(r: PbfReader, end?: number): OnnxTensor {
  const dims: number[] = [];
  const typed: number[] = [];
  let raw: Uint8Array | null = null;
  let code = 0;
  let name = '';
  const read = (field: number) => {
    if (field === 1) r.readPackedVarint(dims, true);
    else if (field === 2) code = r.readVarint();
    else if (field === 4) r.readPackedFloat(typed);
    else if (field === 5 || field === 7) r.readPackedVarint(typed, true);
    else if (field === 8) name = r.readString();
    else if (field === 9) raw = r.readBytes();
    else if (field === 10) r.readPackedDouble(typed);
  };
  if (end === undefined) r.readMessage(read, null);
  else r.readFields(read, null, end);
  const type = (TYPES as Record<number, OnnxType>)[code];
  if (!type)
    throw new Error(`onnx: tensor '${name}' of data type ${code}, should be one of ${Object.keys(TYPES)}`);
  const values = raw ? rawValues(name, type, raw) : typed.map(type === 'float16' ? halfToNumber : Number);
  const count = dims.reduce((a, b) => a * b, 1);
  if (values.length !== count)
    throw new Error(`onnx: tensor '${name}' [${dims}] with ${values.length} values, should have ${count}`);
  // f32 holds every value of the short types; longer ones keep their digits.
  const exact = type === 'int32' || type === 'int64' || type === 'float64';
  return { name, type, dims, data: exact ? Float64Array.from(values) : Float32Array.from(values) };
}

function rawValues(name: string, type: OnnxType, raw: Uint8Array): ArrayLike<number> {
  const { bytes, get } = READ[type];
  if (raw.length % bytes !== 0)
    throw new Error(`onnx: tensor '${name}' of ${raw.length} bytes, should be a multiple of ${bytes}`);
  if (type === 'float32') return new Float32Array(new Uint8Array(raw).buffer);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Array.from({ length: raw.length / bytes }, (_, i) => get(view, i * bytes));
}
