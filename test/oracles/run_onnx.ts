import type { Engine } from '../../src/engine/engine.js';
import { downloadLabels, type LabelMap } from '../../src/engine/pixels.js';
import { download, free, type IndexMap, type Tensor, upload } from '../../src/engine/tensor.js';
import type { Shape } from '../../src/shape.js';
import { product } from '../cases/case.js';
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxType } from './onnx.js';

/** What a model asks for and the operators do not do; the message is the reason. */
export class NotApplicable extends Error {}

/** A value of a graph: its numbers are null until a run has computed them. */
export interface Value {
  readonly type: OnnxType;
  readonly dims: readonly number[];
  data: ArrayLike<number> | null;
}

/** A node as a call of one of the eager operators. */
export interface Step {
  /** What to upload, and how to see each planar array as a map. */
  readonly maps: readonly { readonly value: Value; readonly shape: Shape }[];
  readonly outputs: readonly { readonly type: OnnxType; readonly dims: readonly number[] }[];
  /** Largest error relative to max|expected|. */
  readonly tolerance: number;
  run(engine: Engine, xs: readonly Tensor[]): readonly (Tensor | IndexMap | LabelMap)[];
  /** Turns what was downloaded into ONNX's own numbers. */
  finish?(values: readonly ArrayLike<number>[]): readonly ArrayLike<number>[];
}

export type Mapping = (call: Call) => Step;

/** A node with its inputs. It remembers which attributes were asked for. */
export class Call {
  readonly #asked = new Set<string>();

  constructor(
    readonly node: OnnxNode,
    readonly opset: number,
    readonly inputs: readonly (Value | undefined)[],
  ) {}

  get unasked(): string[] {
    return [...this.node.attributes.keys()].filter((name) => !this.#asked.has(name));
  }

  /** An input that goes to the GPU. */
  map(index: number): Value {
    const value = this.inputs[index];
    if (!value) throw new Error(`${this.node.op}: no input ${index}`);
    if (value.type !== 'float32') throw new NotApplicable(`maps of ${value.type}`);
    if (product(value.dims) === 0) throw new NotApplicable('maps without elements');
    return value;
  }

  /** The numbers of an input that the operator takes as an option or as weights, or null. */
  numbers(index: number): { dims: readonly number[]; data: number[] } | null {
    const value = this.inputs[index];
    if (!value) return null;
    if (!value.data) throw new NotApplicable('options or weights that the graph computes');
    return { dims: value.dims, data: Array.from(value.data) };
  }

  number(name: string, fallback: number): number {
    return this.#get(name, fallback, (v) => typeof v === 'number');
  }

  text(name: string, fallback: string): string {
    return this.#get(name, fallback, (v) => typeof v === 'string');
  }

  list(name: string): readonly number[] | null {
    return this.#get<readonly number[] | null>(name, null, Array.isArray);
  }

  /** Attributes that change nothing at inference. */
  ignore(...names: string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  #get<T>(name: string, fallback: T, is: (value: unknown) => boolean): T {
    this.#asked.add(name);
    const value = this.node.attributes.get(name);
    if (value === undefined) return fallback;
    if (!is(value)) throw new Error(`${this.node.op}: attribute ${name} of another type`);
    return value as T;
  }
}

export interface Plan {
  readonly steps: readonly { readonly step: Step; readonly results: readonly Value[] }[];
  readonly outputs: readonly Value[];
  /** Of the last step. */
  readonly tolerance: number;
}

/**
 * Maps a model onto the operators.
 * @param mappings by ONNX operator.
 * @throws NotApplicable for a node, an attribute or an element type beyond them.
 */
export function planOnnx(
  model: OnnxModel,
  inputs: readonly OnnxTensor[],
  mappings: ReadonlyMap<string, Mapping>,
): Plan {
  const values = new Map<string, Value>(model.initializers);
  for (const [i, name] of model.inputs.entries()) {
    if (inputs[i]) values.set(name, inputs[i]);
  }
  const steps = model.nodes.map((node) => {
    const mapping = node.domain === '' ? mappings.get(node.op) : undefined;
    if (!mapping) throw new NotApplicable(`no operator for ${node.op}`);
    const call = new Call(
      node,
      model.opset,
      node.inputs.map((name) => values.get(name)),
    );
    const step = mapping(call);
    if (call.unasked.length > 0) throw new NotApplicable(`${node.op} with ${call.unasked.join(' and ')}`);
    if (node.outputs.length > step.outputs.length)
      throw new NotApplicable(`${node.op} with ${node.outputs.length} outputs`);
    const results = step.outputs.map((output): Value => ({ ...output, data: null }));
    for (const [i, name] of node.outputs.entries()) values.set(name, results[i]!);
    return { step, results };
  });
  return {
    steps,
    outputs: model.outputs.map((name) => values.get(name)!),
    tolerance: steps.at(-1)!.step.tolerance,
  };
}

/** Runs a plan, each step from and to host memory; `plan.outputs` then have their numbers. */
export async function runOnnx(engine: Engine, plan: Plan): Promise<void> {
  for (const { step, results } of plan.steps) {
    const xs = step.maps.map(({ value, shape }) => upload(engine, Float32Array.from(value.data!), shape));
    const bytes = results.reduce((sum, result) => sum + 4 * product(result.dims), 0);
    const ys = await engine.scoped('onnx', bytes, () => step.run(engine, xs));
    const values = await Promise.all(
      ys.map((y) => ('elem' in y ? download(engine, y) : downloadLabels(engine, y))),
    );
    for (const y of ys) y.buffer.destroy();
    free(...xs);
    const finished = step.finish?.(values) ?? values;
    for (const [i, result] of results.entries()) result.data = finished[i]!;
  }
}
