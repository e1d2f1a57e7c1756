import { FormatError, UnsupportedError } from '../../errors.js';
import type { Graph } from '../../graph/builder.js';
import type { Weights } from '../weights.js';
import { Call } from './call.js';
import { FOLDS } from './fold.js';
import { Importer } from './importer.js';
import { type OnnxInfo, type OnnxModel, type OnnxNode, readOnnx } from './model.js';
import { OPERATORS } from './ops/index.js';
import { free } from './size.js';
import { count, type OnnxTensor, type OnnxType } from './tensor.js';
import { dimsOf, type Given, host, isGiven, isHost, rowMajor, type Value } from './value.js';

/** How to import a model. */
export interface OnnxOptions {
  /** Sizes of inputs by name, instead of the file's; null leaves the images, the height or the width free. */
  readonly dims?: Readonly<Record<string, readonly (number | null)[]>>;
  /** Values of inputs, for operators that must know them at import: a shape, a filter. Others stay inputs. */
  readonly values?: ReadonlyMap<string, OnnxTensor>;
  /** Most elements of a tensor that operators make up at import; 2^28 by default. */
  readonly maxElements?: number;
}

/** A result of the model. */
export interface OnnxOutput {
  readonly name: string;
  readonly type: OnnxType;
  /** Sizes; null where a run decides. */
  readonly dims: readonly (number | null)[];
  /** Values that follow from the model alone; null for an output of the graph, of the same name. */
  readonly data: ArrayLike<number> | null;
}

/** What a model became. */
export interface ImportedOnnx {
  readonly graph: Graph;
  readonly weights: Weights;
  /** The model's own inputs; those that the graph kept have inputs of the same names. */
  readonly inputs: readonly OnnxInfo[];
  readonly outputs: readonly OnnxOutput[];
}

/**
 * Imports an ONNX model, opsets 6 to 22: shapes are computed at import and fall away, what is left becomes
 * layers named after the operators. Images, height and width stay free where the model leaves them so.
 * @throws UnsupportedError that lists every operator that does not run here, with its node's name
 * @throws FormatError, ShapeError for a broken model
 */
export const importOnnx = (bytes: Uint8Array, options: OnnxOptions = {}): ImportedOnnx =>
  importModel(readOnnx(bytes), options);

/** Imports a model that has been read. See `importOnnx`. */
export function importModel(model: OnnxModel, options: OnnxOptions = {}): ImportedOnnx {
  const to = new Importer(
    model.name || 'onnx',
    options.maxElements ?? 2 ** 28,
    new Set(model.inputs.map(({ name }) => name)),
  );
  const values = new Map<string, Value>();
  for (const [name, { type, dims, data }] of model.initializers) values.set(name, host(type, dims, data));
  for (const info of model.inputs) {
    if (values.has(info.name)) throw new FormatError(`onnx: two inputs '${info.name}', names should differ`);
    values.set(info.name, give(to, info, options));
  }
  const missed = importNodes(to, model, values);
  if (missed.length > 0)
    throw new UnsupportedError(
      missed.length === 1 ? missed[0] : `onnx: ${missed.length} operators do not run:\n${missed.join('\n')}`,
    );
  const outputs = model.outputs.map(({ name }) => {
    const value = values.get(name);
    if (!value) throw new FormatError(`onnx: output '${name}' is of no operator`);
    return output(to, name, value);
  });
  return { graph: to.graph, weights: to.weights, inputs: model.inputs, outputs };
}

/** Adds each operator's outputs to the values. Returns what does not run, a line each. */
function importNodes(to: Importer, model: OnnxModel, values: Map<string, Value>): string[] {
  const missed: string[] = [];
  const lost = new Set<string>();
  for (const node of model.nodes) {
    try {
      const behind = node.inputs.some((name) => lost.has(name));
      const found = importNode(to, model.opset, node, behind ? null : values);
      for (const [i, value] of found.entries()) {
        const name = node.outputs[i];
        if (!name) continue;
        if (values.has(name))
          throw new FormatError(
            `${node.name} (${node.op}): output '${name}' is a value already, names should differ`,
          );
        values.set(name, value);
      }
      if (!behind) continue;
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      missed.push(error.message);
    }
    for (const name of node.outputs) lost.add(name);
  }
  return missed;
}

/** The outputs of one operator; without values, it is only looked up. */
function importNode(
  to: Importer,
  opset: number,
  node: OnnxNode,
  values: ReadonlyMap<string, Value> | null,
): readonly Value[] {
  const key = node.domain ? `${node.domain}:${node.op}` : node.op;
  const where = `${node.name} (${key})`;
  const operator = OPERATORS.get(key);
  if (!operator) throw new UnsupportedError(`${where}: an operator that this project does not run`);
  if (!values) return [];
  const inputs = node.inputs.map((name) => {
    const found = values.get(name);
    if (name !== '' && !found) throw new FormatError(`${where}: input '${name}' is of no operator before it`);
    return found ?? null;
  });
  to.operator = node.name;
  const call = new Call(to, node, opset, inputs);
  // What no map can hold is computed here: without elements there is nothing to run.
  const some = inputs.some((v) => v && isEmpty(v));
  const known =
    inputs.length > 0 && inputs.every((v) => v === null || isHost(v.base) || (some && to.host(v) !== null));
  const made = ((known && FOLDS.get(key)) || operator)(call);
  call.checkAttributes();
  const found: readonly Value[] = Array.isArray(made) ? made : [made as Value];
  return found.map((v) => (v && isEmpty(v) ? host(v.type, dimsOf(v) as number[], []) : v));
}

/** Whether the sizes are known, and one of them is 0. */
const isEmpty = (v: Value): boolean => {
  const dims = dimsOf(v);
  return dims.includes(0) && dims.every((d) => typeof d === 'number');
};

/** An input of the model: without elements it is no map, and known from the start. */
function give(to: Importer, info: OnnxInfo, { dims: sizes, values }: OnnxOptions): Value {
  const { name } = info;
  const tensor = values?.get(name) ?? null;
  const given = sizes && Object.hasOwn(sizes, name) ? sizes[name] : undefined;
  const dims = given ?? tensor?.dims ?? info.dims;
  if (!dims) throw new UnsupportedError(`input '${name}': no sizes in the model, should be given`);
  if (tensor && count(tensor.dims) === 0) return host(tensor.type, tensor.dims, tensor.data);
  const base: Given = { info, dims, tensor };
  const symbols = dims.length === 4 ? ['n', 'c', `h:${name}`, `w:${name}`] : ['n', 'c', 'h', 'w'];
  const value = {
    type: tensor?.type ?? info.type,
    base,
    offset: 0,
    steps: rowMajor(dims.map((d, i) => d ?? free(symbols[i]!))),
  };
  // A free size is called after the layer, which must have the input's name.
  if (dims.includes(null)) to.placed(value);
  return value;
}

function output(to: Importer, name: string, value: Value): OnnxOutput {
  const dims = dimsOf(value).map((d) => (typeof d === 'number' ? d : null));
  const known = isGiven(value.base) ? null : to.host(value);
  const data = known && (known.data as ArrayLike<number>);
  if (!known) {
    to.operator = name;
    to.graph.output(to.map(value), name);
  }
  return { name, type: value.type, dims, data };
}
