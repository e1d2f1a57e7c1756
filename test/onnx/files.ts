// Single ONNX operators as files in the layout of the backend tests.
import { PbfWriter } from 'pbf';

/** data_type of onnx.proto, with the array that onnxruntime takes for it. */
export const ONNX_TYPES = {
  float32: { code: 1, array: Float32Array },
  uint8: { code: 2, array: Uint8Array },
  int32: { code: 6, array: Int32Array },
  int64: { code: 7, array: BigInt64Array },
  bool: { code: 9, array: Uint8Array },
  float64: { code: 11, array: Float64Array },
} as const;

export type CaseType = keyof typeof ONNX_TYPES;

export interface CaseTensor {
  readonly type: CaseType;
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Whole numbers are integers; floats say so, as a file keeps the two apart. */
export type CaseAttribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | CaseTensor;

/** One operator of opset `opset` on its inputs; null for one that is left out. */
export interface OperatorCase {
  readonly name: string;
  readonly op: string;
  readonly opset: number;
  readonly attributes: Readonly<Record<string, CaseAttribute>>;
  readonly inputs: readonly (CaseTensor | null)[];
  readonly outputs: number;
}

/** The elements of a tensor as its type has them. */
export function elements({ type, data }: CaseTensor) {
  const { array } = ONNX_TYPES[type];
  return array === BigInt64Array
    ? BigInt64Array.from(data, BigInt)
    : (array as Float32ArrayConstructor).from(data);
}

function writeTensor(t: CaseTensor, w: PbfWriter): void {
  for (const size of t.dims) w.writeVarintField(1, size);
  w.writeVarintField(2, ONNX_TYPES[t.type].code);
  const { buffer, byteOffset, byteLength } = elements(t);
  w.writeBytesField(9, new Uint8Array(buffer, byteOffset, byteLength));
}

/** A serialized TensorProto. */
export function tensorFile(t: CaseTensor): Uint8Array {
  const w = new PbfWriter();
  writeTensor(t, w);
  return w.finish();
}

function writeAttribute([name, value]: readonly [string, CaseAttribute], w: PbfWriter): void {
  const type = (code: number) => w.writeVarintField(20, code);
  w.writeStringField(1, name);
  if (typeof value === 'number') {
    w.writeVarintField(3, value);
    type(2);
  } else if (typeof value === 'string') {
    w.writeStringField(4, value);
    type(3);
  } else if (Array.isArray(value)) {
    for (const item of value) w.writeVarintField(8, item);
    type(7);
  } else if ('float' in value) {
    w.writeFloatField(2, value.float);
    type(1);
  } else if ('floats' in value) {
    for (const item of value.floats) w.writeFloatField(7, item);
    type(6);
  } else {
    w.writeMessage(5, writeTensor, value as CaseTensor);
    type(4);
  }
}

function writeInfo({ name, tensor }: { name: string; tensor: CaseTensor | null }, w: PbfWriter): void {
  w.writeStringField(1, name);
  if (!tensor) return;
  const shape = (_: unknown, s: PbfWriter) => {
    for (const size of tensor.dims) s.writeMessage(1, (v: number, d) => d.writeVarintField(1, v), size);
  };
  const tensorType = (_: unknown, t: PbfWriter) => {
    t.writeVarintField(1, ONNX_TYPES[tensor.type].code);
    t.writeMessage(2, shape, null);
  };
  w.writeMessage(2, (_: unknown, t) => t.writeMessage(1, tensorType, null), null);
}

export const inputName = (i: number): string => `x${i}`;
export const outputName = (i: number): string => `y${i}`;

/** A serialized ModelProto; `outputs` are what its outputs hold, where that is known. */
export function modelFile(c: OperatorCase, outputs: readonly CaseTensor[] = []): Uint8Array {
  const w = new PbfWriter();
  w.writeVarintField(1, c.opset < 12 ? 6 : 8);
  w.writeMessage(
    7,
    (_: unknown, g) => {
      g.writeMessage(
        1,
        (_n: unknown, n) => {
          for (const [i, x] of c.inputs.entries()) n.writeStringField(1, x ? inputName(i) : '');
          for (let i = 0; i < c.outputs; i++) n.writeStringField(2, outputName(i));
          n.writeStringField(4, c.op);
          for (const entry of Object.entries(c.attributes)) n.writeMessage(5, writeAttribute, entry);
        },
        null,
      );
      g.writeStringField(2, c.name);
      for (const [i, x] of c.inputs.entries())
        if (x) g.writeMessage(11, writeInfo, { name: inputName(i), tensor: x });
      for (let i = 0; i < c.outputs; i++)
        g.writeMessage(12, writeInfo, { name: outputName(i), tensor: outputs[i] ?? null });
    },
    null,
  );
  w.writeMessage(8, (version: number, o) => o.writeVarintField(2, version), c.opset);
  return w.finish();
}
