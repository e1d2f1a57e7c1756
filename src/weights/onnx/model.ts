import { FormatError, UnsupportedError } from '../../errors.js';
import { ProtoReader } from '../protobuf.js';
import { type OnnxTensor, type OnnxType, onnxType, readTensorFields } from './tensor.js';

/** A number, text or tensor, or a list of numbers or texts. */
export type OnnxAttribute = number | string | OnnxTensor | readonly number[] | readonly string[];

/** One operator of a model. */
export interface OnnxNode {
  /** As the file has it, or its first output's. */
  readonly name: string;
  readonly op: string;
  /** '' for ONNX's own operators. */
  readonly domain: string;
  /** Names; '' for an optional one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** What a model says of an input or output. */
export interface OnnxInfo {
  readonly name: string;
  readonly type: OnnxType;
  /** null where it is free; null for all where the file does not say. */
  readonly dims: readonly (number | null)[] | null;
}

interface OnnxGraph {
  readonly name: string;
  /** In an order in which they can run. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** What a run is given: inputs that no initializer holds. */
  readonly inputs: readonly OnnxInfo[];
  readonly outputs: readonly OnnxInfo[];
}

/** What a ModelProto holds. */
export interface OnnxModel extends OnnxGraph {
  /** Version of ONNX's own operators; 1 where the file names none. */
  readonly opset: number;
  readonly metadata: ReadonlyMap<string, string>;
}

/** ONNX's own operators have the empty domain, or this one. */
const plain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/** Reads a serialized TensorProto. @throws FormatError, UnsupportedError */
export const readOnnxTensor = (bytes: Uint8Array): OnnxTensor =>
  readTensorFields(new ProtoReader('onnx tensor', bytes)).tensor;

/** Reads a serialized ModelProto. @throws FormatError, UnsupportedError */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const r = new ProtoReader('onnx', bytes);
  const graphs: OnnxGraph[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  r.fields((field) => {
    if (field === 7) graphs.push(r.within(() => readGraph(r)));
    else if (field === 8) opsets.set(...r.within(() => readOpset(r)));
    else if (field === 14) metadata.set(...r.within(() => readEntry(r)));
  });
  if (graphs.length !== 1) throw new FormatError(`onnx: ${graphs.length} graphs, should be 1`);
  return { ...graphs[0]!, opset: opsets.get('') ?? 1, metadata };
}

function readOpset(r: ProtoReader): [string, number] {
  let domain = '';
  let version = 0;
  r.fields((field) => {
    if (field === 1) domain = plain(r.string());
    else if (field === 2) version = r.size();
  });
  return [domain, version];
}

function readEntry(r: ProtoReader): [string, string] {
  let key = '';
  let value = '';
  r.fields((field) => {
    if (field === 1) key = r.string();
    else if (field === 2) value = r.string();
  });
  return [key, value];
}

function readGraph(r: ProtoReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxInfo[] = [];
  const outputs: OnnxInfo[] = [];
  let name = '';
  r.fields((field) => {
    if (field === 1) nodes.push(r.within(() => readNode(r)));
    else if (field === 2) name = r.string();
    else if (field === 5) {
      const { name, tensor } = r.within(() => readTensorFields(r));
      if (initializers.has(name)) r.fail(`two initializers '${name}', names should differ`);
      initializers.set(name, tensor);
    } else if (field === 11) inputs.push(r.within(() => readInfo(r)));
    else if (field === 12) outputs.push(r.within(() => readInfo(r)));
    else if (field === 15)
      throw new UnsupportedError('onnx: a sparse initializer, values should be stored densely');
  });
  return {
    name,
    nodes,
    initializers,
    inputs: inputs.filter(({ name }) => !initializers.has(name)),
    outputs,
  };
}

/** ValueInfoProto: its name, and the type and dims of its TypeProto.Tensor. */
function readInfo(r: ProtoReader): OnnxInfo {
  let name = '';
  let code = 1;
  let dims: (number | null)[] | null = null;
  const readDims = () => {
    const found: (number | null)[] = [];
    r.fields((field) => {
      if (field !== 1) return;
      let size: number | null = null;
      r.message((inner) => {
        if (inner === 1) size = r.int();
      });
      found.push(size !== null && size >= 0 ? size : null);
    });
    return found;
  };
  r.fields((field) => {
    if (field === 1) name = r.string();
    else if (field === 2)
      r.message((kind) => {
        if (kind !== 1) return;
        r.message((part) => {
          if (part === 1) code = r.size();
          else if (part === 2) dims = r.within(readDims);
        });
      });
  });
  return { name, type: onnxType(code, `'${name}'`), dims };
}

function readNode(r: ProtoReader): OnnxNode {
  const attributes = new Map<string, OnnxAttribute>();
  const inputs: string[] = [];
  const outputs: string[] = [];
  let [name, op, domain] = ['', '', ''];
  r.fields((field) => {
    if (field === 1) inputs.push(r.string());
    else if (field === 2) outputs.push(r.string());
    else if (field === 3) name = r.string();
    else if (field === 4) op = r.string();
    else if (field === 5) attributes.set(...r.within(() => readAttribute(r)));
    else if (field === 7) domain = plain(r.string());
  });
  return { name: name || outputs[0] || op, op, domain, inputs, outputs, attributes };
}

/** AttributeProto.AttributeType of the kinds whose zero a writer may leave out. */
const ZEROS: Readonly<Record<number, OnnxAttribute>> = { 1: 0, 2: 0, 3: '' };

function readAttribute(r: ProtoReader): [string, OnnxAttribute] {
  let name = '';
  let single: OnnxAttribute | undefined;
  let type = 0;
  const numbers: number[] = [];
  const strings: string[] = [];
  r.fields((field) => {
    if (field === 1) name = r.string();
    else if (field === 2) single = r.float();
    else if (field === 3) single = r.int();
    else if (field === 4) single = r.string();
    else if (field === 5) single = r.within(() => readTensorFields(r)).tensor;
    else if (field === 7) {
      const run = r.fixed(4);
      const values = new Float32Array(run.count);
      r.readRun(run, 4, values);
      for (const v of values) numbers.push(v);
    } else if (field === 8) for (const v of r.ints()) numbers.push(v);
    else if (field === 9) strings.push(r.string());
    else if (field === 20) type = r.size();
  });
  return [name, single ?? ZEROS[type] ?? (strings.length > 0 ? strings : numbers)];
}
