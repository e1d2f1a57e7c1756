import { PbfWriter } from 'pbf';
import { LimitError } from '../../../errors.js';
import { type OnnxType, onnxTypeCode } from '../tensor.js';

/** Whole numbers are integers; floats say so, as a file keeps the two apart. */
export type WrittenAttribute = number | string | readonly number[] | { readonly float: number };

/** An operator of ONNX's own, as it is written. */
export interface WrittenNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, WrittenAttribute>>;
}

/** A tensor that the file holds: its bytes are little-endian, row-major. */
export interface WrittenTensor {
  readonly type: OnnxType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** An input or output of floats; a size is a number, a symbol, or null where nothing is said. */
export interface WrittenInfo {
  readonly name: string;
  readonly dims: readonly (number | string | null)[];
}

/** What a ModelProto is written from. */
export interface WrittenModel {
  readonly name: string;
  readonly opset: number;
  readonly nodes: readonly WrittenNode[];
  readonly tensors: ReadonlyMap<string, WrittenTensor>;
  readonly inputs: readonly WrittenInfo[];
  readonly outputs: readonly WrittenInfo[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** Readers of protobuf take no longer message, in bytes. */
const LONGEST = 2 ** 31 - 1;

/** A field that holds bytes. */
const BYTES = 2;

/** Of AttributeProto: FLOAT, INT, STRING, INTS. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, text: 3, ints: 7 } as const;

/**
 * A ModelProto in parts, end to end; tensors are views of the bytes that they were given as.
 * @throws LimitError beyond 2 GiB
 */
export function* modelParts(model: WrittenModel): Generator<Uint8Array<ArrayBuffer>> {
  const tensors = [...model.tensors].flatMap(([name, tensor]) => tensorParts(name, tensor));
  const graph = message((w) => writeGraph(w, model));
  const length = [graph, ...tensors].reduce((sum, part) => sum + part.length, 0);
  const head = message((w) => {
    w.writeVarintField(1, model.opset < 19 ? 8 : 9);
    w.writeStringField(2, 'rarefy');
    w.writeMessage(8, (version: number, inner) => inner.writeVarintField(2, version), model.opset);
    for (const entry of model.metadata) w.writeMessage(14, writeEntry, entry);
    w.writeTag(7, BYTES);
    w.writeVarint(length);
  });
  const total = head.length + length;
  if (total > LONGEST)
    throw new LimitError(
      `onnx: a file of ${total} bytes, protobuf holds ${LONGEST}`,
      total,
      LONGEST,
      'write a .safetensors',
    );
  yield head;
  yield graph;
  yield* tensors;
}

function message(write: (w: PbfWriter) => void): Uint8Array<ArrayBuffer> {
  const w = new PbfWriter();
  write(w);
  return w.finish() as Uint8Array<ArrayBuffer>;
}

/** An initializer of the graph: its length, what it is, its bytes. */
function tensorParts(name: string, { type, dims, bytes }: WrittenTensor): Uint8Array<ArrayBuffer>[] {
  const own = message((w) => {
    for (const size of dims) w.writeVarintField(1, size);
    w.writeVarintField(2, onnxTypeCode(type));
    w.writeStringField(8, name);
    w.writeTag(9, BYTES);
    w.writeVarint(bytes.length);
  });
  const head = message((w) => {
    w.writeTag(5, BYTES);
    w.writeVarint(own.length + bytes.length);
  });
  return [head, own, bytes];
}

function writeGraph(w: PbfWriter, { nodes, name, inputs, outputs }: WrittenModel): void {
  for (const node of nodes) w.writeMessage(1, writeNode, node);
  w.writeStringField(2, name);
  for (const info of inputs) w.writeMessage(11, writeInfo, info);
  for (const info of outputs) w.writeMessage(12, writeInfo, info);
}

function writeNode({ inputs, outputs, name, op, attributes }: WrittenNode, w: PbfWriter): void {
  for (const input of inputs) w.writeStringField(1, input);
  for (const output of outputs) w.writeStringField(2, output);
  w.writeStringField(3, name);
  w.writeStringField(4, op);
  for (const entry of Object.entries(attributes)) w.writeMessage(5, writeAttribute, entry);
}

function writeAttribute([name, value]: [string, WrittenAttribute], w: PbfWriter): void {
  w.writeStringField(1, name);
  const type = (code: number) => w.writeVarintField(20, code);
  if (typeof value === 'number') {
    w.writeVarintField(3, value);
    type(ATTRIBUTE_TYPES.int);
  } else if (typeof value === 'string') {
    w.writeStringField(4, value);
    type(ATTRIBUTE_TYPES.text);
  } else if ('float' in value) {
    w.writeFloatField(2, value.float);
    type(ATTRIBUTE_TYPES.float);
  } else {
    for (const v of value) w.writeVarintField(8, v);
    type(ATTRIBUTE_TYPES.ints);
  }
}

/** ValueInfoProto: its name, and the TypeProto of a tensor with its sizes. */
function writeInfo({ name, dims }: WrittenInfo, w: PbfWriter): void {
  const writeSize = (size: number | string | null, inner: PbfWriter) => {
    if (typeof size === 'number') inner.writeVarintField(1, size);
    else if (size !== null) inner.writeStringField(2, size);
  };
  const writeShape = (_: null, inner: PbfWriter) => {
    for (const size of dims) inner.writeMessage(1, writeSize, size);
  };
  const writeTensor = (_: null, inner: PbfWriter) => {
    inner.writeVarintField(1, onnxTypeCode('float32'));
    inner.writeMessage(2, writeShape, null);
  };
  w.writeStringField(1, name);
  w.writeMessage(2, (_: null, inner: PbfWriter) => inner.writeMessage(1, writeTensor, null), null);
}

function writeEntry([key, value]: readonly [string, string], w: PbfWriter): void {
  w.writeStringField(1, key);
  w.writeStringField(2, value);
}
