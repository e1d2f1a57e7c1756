import { UnsupportedError } from '../../../errors.js';
import type { Attrs } from '../../../graph/kinds.js';
import { tensorData } from '../../../graph/load.js';
import type { KindName, Node } from '../../../graph/node.js';
import type { Weights } from '../../weights.js';
import { count } from '../tensor.js';
import type { WrittenAttribute, WrittenNode, WrittenTensor } from './file.js';

/** Lowest and highest version of ONNX's operators that is written. */
export const OPSETS = [17, 22] as const;

/** A model while it is made from a graph. */
export class Exporter {
  readonly nodes: WrittenNode[] = [];
  readonly tensors = new Map<string, WrittenTensor>();
  readonly #names = new Set<string>();
  readonly #shared = new Map<string, string>();
  /** The version that the layers so far need. */
  needed: number = OPSETS[0];

  constructor(
    readonly weights: Weights,
    readonly opset: number,
  ) {}

  /** This name, or one like it that no value has, which is then taken. */
  free(name: string): string {
    let free = name;
    for (let i = 2; this.#names.has(free); i++) free = `${name}:${i}`;
    this.#names.add(free);
    return free;
  }

  /** The name of a tensor, of which the file holds one for each key. */
  tensor(key: string, tensor: WrittenTensor): string {
    const name = this.#shared.get(key) ?? this.free(key);
    this.#shared.set(key, name);
    this.tensors.set(name, tensor);
    return name;
  }
}

/** One layer while it is exported. */
export class LayerExport<K extends KindName = KindName> {
  readonly #from: number;

  constructor(
    readonly to: Exporter,
    readonly node: Node<K>,
    /** Names of the values that it reads. */
    readonly inputs: readonly string[],
  ) {
    this.#from = to.nodes.length;
  }

  /** The first input. */
  get x(): string {
    return this.inputs[0]!;
  }

  /** Adds an operator; '' leaves an optional input out. Returns the name of its first output. */
  add(op: string, inputs: readonly string[], attributes: Record<string, WrittenAttribute> = {}): string {
    return this.addAll(1, op, inputs, attributes)[0]!;
  }

  /** An operator of several outputs. */
  addAll(
    count: number,
    op: string,
    inputs: readonly string[],
    attributes: Record<string, WrittenAttribute> = {},
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.to.free(`${this.node.name}/${op}`));
    this.to.nodes.push({ op, name: outputs[0]!, inputs, outputs, attributes });
    return outputs;
  }

  /** A list of whole numbers. */
  ints(values: readonly (number | bigint)[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.to.tensor(`[${values.join(', ')}]`, { type: 'int64', dims: [values.length], bytes });
  }

  /** Floats of these sizes, as `<layer>.<part>`. */
  floats(part: string, data: Float32Array, dims: readonly number[]): string {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
    return this.to.tensor(`${this.node.name}.${part}`, { type: 'float32', dims, bytes });
  }

  /** A single number. */
  number(value: number): string {
    const bytes = new Uint8Array(Float32Array.of(value).buffer);
    return this.to.tensor(`${value}`, { type: 'float32', dims: [], bytes });
  }

  /** `<layer>.<part>` of the weights. @throws WeightsError where it is missing, of another size or not finite */
  weight(part: string, dims: readonly number[]): string {
    return this.floats(part, tensorData(this.to.weights, `${this.node.name}.${part}`, count(dims)), dims);
  }

  /** Sizes of an input's axes from one to another, as far as known: else what a run finds. */
  sizes(input: number, from: number, to: number): string {
    const { batch, channels, size } = this.node.inputs[input]!;
    const known = [batch, channels, size?.[0] ?? null, size?.[1] ?? null].slice(from, to);
    if (known.every((size) => size !== null)) return this.ints(known);
    return this.add('Shape', [this.inputs[input]!], { start: from, end: to });
  }

  /** Height and width of an input. */
  plane(input: number): string {
    return this.sizes(input, 2, 4);
  }

  cast(x: string, type: 'float32' | 'int64' | 'bool'): string {
    return this.add('Cast', [x], { to: { float32: 1, int64: 7, bool: 9 }[type] });
  }

  /** Says that the model must be of this version at least. */
  need(opset: number): void {
    this.to.needed = Math.max(this.to.needed, opset);
  }

  unsupported(what: string): never {
    throw new UnsupportedError(`${this.node.name} (${this.node.kind}): ${what}`);
  }

  /** Gives the layer's value its own name; a value that it did not make keeps the one it has. */
  named(value: string, name: string): boolean {
    const own = this.to.nodes.slice(this.#from);
    if (!own.some((node) => node.outputs.includes(value))) return false;
    const renamed = (names: readonly string[]) => names.map((n) => (n === value ? name : n));
    for (const [i, node] of own.entries())
      this.to.nodes[this.#from + i] = {
        ...node,
        name: node.name === value ? name : node.name,
        inputs: renamed(node.inputs),
        outputs: renamed(node.outputs),
      };
    return true;
  }
}

/** Exports a layer of one kind, with ONNX's own operators; returns the name of its value. */
export type ExportLayer<K extends KindName> = (e: LayerExport<K>, attrs: Attrs[K]) => string;

/** Exporters of a family of kinds. A kind without one does not compile. */
export type Exporters<F> = { readonly [K in keyof F & KindName]: ExportLayer<K> };
