import { FormatError, ShapeError, UnsupportedError } from '../../errors.js';
import type { Node } from '../../graph/node.js';
import type { Activation } from '../../ops/activation.js';
import type { WeightTensor } from '../weights.js';
import type { Importer } from './importer.js';
import type { OnnxNode } from './model.js';
import { type Dim, over, showDims } from './size.js';
import type { OnnxType } from './tensor.js';
import { dimsOf, held, host, inOrder, isHost, rowMajor, type Value } from './value.js';

/** Attributes that change no result at inference. */
const SILENT = [
  'consumed_inputs',
  'seed',
  'is_test',
  'momentum',
  'ratio',
  'broadcast',
  'stash_type',
  'saturate',
];

/** One operator of a model while it is imported: its attributes, its inputs as an operator wants them. */
export class Call {
  readonly #asked = new Set<string>(SILENT);

  constructor(
    readonly to: Importer,
    readonly node: OnnxNode,
    /** Version of ONNX's operators. */
    readonly opset: number,
    readonly inputs: readonly (Value | null)[],
  ) {}

  /** Whether the optional input is there. */
  has(i: number): boolean {
    return Boolean(this.inputs[i]);
  }

  /** @throws FormatError where the model leaves it out. */
  value(i: number): Value {
    const found = this.inputs[i];
    if (!found) throw new FormatError(`${this.where}: no input ${i}, should be given`);
    return found;
  }

  /** At least one. */
  get values(): Value[] {
    this.value(0);
    return this.inputs.map((_, i) => this.value(i));
  }

  /** Sizes of an input. */
  dims(i: number): Dim[] {
    return dimsOf(this.value(i));
  }

  /** "conv1 (Conv)", for messages. */
  get where(): string {
    return `${this.node.name} (${this.node.op})`;
  }

  unsupported(what: string): never {
    throw new UnsupportedError(`${this.where}: ${what}`);
  }

  bad(what: string): never {
    throw new ShapeError(`${this.where}: ${what}`);
  }

  /** The map that holds an input, its axes as `axesOf` says. */
  map(i: number): Node {
    return this.to.map(this.value(i));
  }

  /** Values that must be known at import. */
  known(i: number, what: string): { dims: readonly number[]; data: ArrayLike<Dim> } {
    return (
      this.to.host(this.value(i)) ?? this.unsupported(`${what} that a run decides, should be in the model`)
    );
  }

  /** A list of sizes, some of which a run may decide. */
  sizes(i: number, what: string): Dim[] {
    return Array.from(this.known(i, what).data);
  }

  /** A list of numbers. */
  numbers(i: number, what: string): number[] {
    return this.sizes(i, what).map((v) =>
      typeof v === 'number'
        ? v
        : this.unsupported(`${what} [${showDims([v])}], should be known; give the sizes of the inputs`),
    );
  }

  /** Weights, as f32. */
  tensor(i: number, what: string): WeightTensor {
    const { dims, data } = this.known(i, what);
    return { dims, data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>) };
  }

  int(name: string, usual?: number): number {
    return this.#attribute(name, 'a number', (v) => typeof v === 'number', usual);
  }

  /** A number that is 0 or 1, as ONNX writes truth. */
  flag(name: string, usual = false): boolean {
    const given = this.int(name, Number(usual));
    return given === 0 || given === 1 ? given === 1 : this.bad(`${name} ${given}, should be 0 or 1`);
  }

  float(name: string, usual?: number): number {
    return this.int(name, usual);
  }

  text(name: string, usual?: string): string {
    return this.#attribute(name, 'a text', (v) => typeof v === 'string', usual);
  }

  ints(name: string, usual?: readonly number[]): readonly number[] {
    const isList = (v: unknown) => Array.isArray(v) && v.every((x) => typeof x === 'number');
    return this.#attribute(name, 'a list of numbers', isList, usual);
  }

  attribute(name: string): unknown {
    this.#asked.add(name);
    return this.node.attributes.get(name);
  }

  /** Throws where the operator has an attribute that was not asked for: it would change the result. */
  checkAttributes(): void {
    const unasked = [...this.node.attributes.keys()].filter((name) => !this.#asked.has(name));
    if (unasked.length > 0) this.unsupported(`attributes ${unasked.join(', ')}`);
  }

  #attribute<T>(name: string, what: string, check: (v: unknown) => boolean, usual: T | undefined): T {
    const found = this.attribute(name) ?? usual;
    if (found === undefined)
      throw new FormatError(`${this.where}: no attribute '${name}', should be ${what}`);
    if (!check(found)) throw new FormatError(`${this.where}: attribute '${name}' is not ${what}`);
    return found as T;
  }

  /** An attribute that became an input in a later opset. */
  list(name: string, input: number): readonly number[] | null {
    if (this.has(input)) return this.numbers(input, name);
    return this.attribute(name) === undefined ? null : this.ints(name);
  }

  /** The axis counted from the front. @throws ShapeError beyond the rank. */
  axis(axis: number, rank: number): number {
    const found = axis < 0 ? axis + rank : axis;
    if (!Number.isInteger(axis) || found < 0 || found >= rank)
      this.bad(`axis ${axis} of a tensor of rank ${rank}, should be from ${-rank} to ${rank - 1}`);
    return found;
  }

  /** The tensor that a layer's map holds, its axes as `axesOf` says. `dims` are needed above rank 4. */
  holds(node: Node, dims: number | readonly Dim[], type: OnnxType = this.value(0).type): Value {
    const rank = typeof dims === 'number' ? dims : dims.length;
    if (rank <= 4) return held(node, rank, type);
    if (typeof dims === 'number') this.unsupported(`a tensor of rank ${rank}, at most 4`);
    return { type, base: node, offset: 0, steps: rowMajor(dims as readonly Dim[]) };
  }

  /** A function of each value, in whatever order they lie. */
  apply(v: Value, f: Activation, type = v.type): Value {
    const placed = this.to.placed(v);
    const whole = inOrder({ ...placed, steps: [...placed.steps].sort(outerFirst) });
    const base = this.to.add('activation', [whole ? placed.base : this.to.map(v)], f);
    return whole ? { ...placed, base, type } : this.holds(base, dimsOf(v), type);
  }

  /** A layer over one axis, on which it finds the channels. `f` may change their number alone. */
  over(v: Value, axis: number, f: (x: Node) => Node, type = v.type): Value {
    const rank = v.steps.length;
    const order = [...v.steps.keys()].filter((i) => i !== axis);
    order.splice(Math.min(1, rank - 1), 0, axis);
    const turned = permuted(v, order);
    const y = f(this.to.map(turned));
    const at = order.indexOf(axis);
    const held = this.holds(y, dimsOf(turned).with(at, y.channels), type);
    return permuted(
      held,
      order.map((_, i) => order.indexOf(i)),
    );
  }

  /** The tensor under other sizes, as many elements in the same order. */
  reshaped(v: Value, dims: readonly Dim[]): Value {
    if (inOrder(v)) return { ...v, steps: rowMajor(dims) };
    const known = isHost(v.base) ? this.to.host(v) : null;
    if (known) return { ...host(v.type, known.dims, known.data), steps: rowMajor(dims) };
    return this.holds(this.to.map(v, dims), dims, v.type);
  }
}

/** The tensor with its axes in another order. */
export const permuted = (v: Value, order: readonly number[]): Value => ({
  ...v,
  steps: order.map((i) => v.steps[i]!),
});

/** Outer axes first, whatever their order in the tensor: strides of one map divide one another. */
const outerFirst = (a: { stride: Dim }, b: { stride: Dim }): number =>
  typeof a.stride === 'number' && typeof b.stride === 'number'
    ? b.stride - a.stride
    : over(a.stride, b.stride) !== null
      ? -1
      : 1;

/** Imports one operator: its outputs, from the first on. */
export type Operator = (c: Call) => Value | readonly Value[];
