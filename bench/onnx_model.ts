import { PbfWriter } from 'pbf';

// Fields of onnx.proto: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const FLOAT = 1;
const INT64 = 7;
const IR_VERSION = 10;
const OPSET = 19;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** A whole number is an int unless it is said to be a float. */
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A model with one float input x and one float output y. */
export interface OnnxModel {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: Readonly<Record<string, OnnxTensor>>;
}

/** The bytes of an ONNX ModelProto. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeMessage(
    8,
    (_, opset) => {
      opset.writeStringField(1, '');
      opset.writeVarintField(2, OPSET);
    },
    null,
  );
  pbf.writeMessage(7, writeGraph, model);
  return pbf.finish();
}

function writeGraph(model: OnnxModel, pbf: PbfWriter): void {
  for (const node of model.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, 'case');
  for (const [name, tensor] of Object.entries(model.initializers))
    pbf.writeMessage(5, writeTensor, { name, ...tensor });
  pbf.writeMessage(11, writeValue, { name: 'x', dims: model.x });
  pbf.writeMessage(12, writeValue, { name: 'y', dims: model.y });
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const name of node.inputs) pbf.writeStringField(1, name);
  pbf.writeStringField(2, node.output);
  pbf.writeStringField(4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    pbf.writeMessage(5, writeAttribute, { name, value });
}

function writeAttribute({ name, value }: { name: string; value: Attribute }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.string);
  } else if (typeof value === 'number' && Number.isInteger(value)) {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === 'number' || 'float' in value) {
    pbf.writeFloatField(2, typeof value === 'number' ? value : value.float);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.float);
  } else {
    for (const item of value) pbf.writeVarintField(8, item);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.ints);
  }
}

function writeTensor({ name, dims, data }: OnnxTensor & { name: string }, pbf: PbfWriter): void {
  for (const size of dims) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValue({ name, dims }: { name: string; dims: readonly number[] }, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeTensorType, dims);
}

function writeTensorType(dims: readonly number[], pbf: PbfWriter): void {
  pbf.writeMessage(
    1,
    (_, type) => {
      type.writeVarintField(1, FLOAT);
      type.writeMessage(
        2,
        (sizes, shape) => {
          for (const size of sizes)
            shape.writeMessage(1, (value, dimension) => dimension.writeVarintField(1, value), size);
        },
        dims,
      );
    },
    dims,
  );
}
