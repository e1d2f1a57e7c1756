import { LimitError, UnsupportedError } from '../../errors.js';
import { Graph } from '../../graph/builder.js';
import type { Attrs } from '../../graph/kinds.js';
import type { KindName, Node } from '../../graph/node.js';
import type { Shape } from '../../shape.js';
import type { Weights, WeightTensor } from '../weights.js';
import { arrangement, planes } from './arrange.js';
import { type Dim, equalDims, free, showDims } from './size.js';
import { count, typedArray } from './tensor.js';
import { dimsOf, type Given, inOrder, isGiven, isHost, mapOf, rowMajor, sizes, type Value } from './value.js';

const AXES = ['n', 'c', 'h', 'w'] as const;

const isNumber = (d: Dim): d is number => typeof d === 'number';

/** Builds a graph and its weights from the values of an ONNX model. */
export class Importer {
  readonly graph: Graph;
  readonly weights: Weights = new Map();
  /** The operator at work: its layers are named after it. */
  operator = '';
  readonly #inputs = new Map<Given, Node>();
  readonly #laid = new Map<string, Node>();

  constructor(
    name: string,
    /** Most elements of a tensor that is made up at import. */
    readonly maxElements: number,
    /** Names that are the inputs' own. */
    readonly reserved: ReadonlySet<string>,
  ) {
    this.graph = new Graph(name);
  }

  /** Adds a layer named after the operator at work, with its tensors. */
  add<K extends KindName>(
    kind: K,
    inputs: readonly Node[],
    attrs: Attrs[K],
    tensors: Readonly<Record<string, WeightTensor>> = {},
    name = this.operator,
  ): Node<K> {
    const free = this.#free(name);
    const node = this.graph.add(kind, free, inputs, attrs);
    for (const [part, tensor] of Object.entries(tensors)) this.weights.set(`${free}.${part}`, tensor);
    return node;
  }

  #free(name: string): string {
    for (let i = 1; ; i++) {
      const free = i === 1 ? name : `${name}:${i}`;
      if (!this.graph.has(free) && !this.reserved.has(free)) return free;
    }
  }

  /** The tensor's values and sizes in row-major order; null where only a run knows them. */
  host(v: Value): { dims: readonly number[]; data: ArrayLike<Dim> } | null {
    const dims = dimsOf(v);
    const data = isHost(v.base) ? v.base.data : isGiven(v.base) ? v.base.tensor?.data : undefined;
    const { offset } = v;
    if (!data || !dims.every(isNumber) || !isNumber(offset)) return null;
    if (inOrder(v) && count(dims) === data.length) return { dims, data };
    const size = this.affordable(dims);
    const known = !Array.isArray(data);
    const found: Dim[] | Float32Array | Float64Array = known ? typedArray(v.type, size) : Array<Dim>(size);
    const strides = v.steps.map((s) => s.stride as number);
    const index = dims.map(() => 0);
    let at = offset;
    for (let i = 0; i < size; i++) {
      found[i] = data[at]!;
      for (let k = dims.length - 1; k >= 0; k--) {
        at += strides[k]!;
        if (++index[k]! < dims[k]!) break;
        at -= strides[k]! * dims[k]!;
        index[k] = 0;
      }
    }
    return { dims, data: found };
  }

  /** The number of elements of a tensor that is made up at import. @throws LimitError */
  affordable(dims: readonly number[]): number {
    const size = count(dims);
    if (size > this.maxElements)
      throw new LimitError(
        `${this.operator}: a tensor of ${size} elements [${dims.join(', ')}], at most ${this.maxElements}`,
        size,
        this.maxElements,
        'raise maxElements',
      );
    return size;
  }

  /** The layer that holds the tensor, under other sizes where given, its axes on the map as `axesOf` says. */
  map(v: Value, dims: readonly Dim[] = dimsOf(v)): Node {
    const placed = this.placed(v);
    const node = placed.base;
    const to = mapOf(dims);
    const from = sizes(node);
    const fits = AXES.every((axis) => equalDims(to[axis], from[axis]));
    if (fits && inOrder(placed)) return node;
    const key = JSON.stringify([node.name, v.offset, v.steps, to]);
    const laid = this.#laid.get(key) ?? this.#lay(placed, node, to);
    this.#laid.set(key, laid);
    return laid;
  }

  #lay(v: Value, node: Node, to: ReturnType<typeof mapOf>): Node {
    const { h, w } = sizes(node);
    const name = `${this.operator}:order`;
    const indices = equalDims(to.h, h) && equalDims(to.w, w) ? planes(v, node) : null;
    if (indices && indices.length === to.c) return this.add('take', [node], { axis: 'c', indices }, {}, name);
    const attrs = arrangement(v, node, to);
    if (!attrs)
      throw new UnsupportedError(
        `${this.operator}: ${showDims(dimsOf(v))} out of '${node.name}' in another order, should be of known size; give the sizes of the inputs`,
      );
    return this.add('rearrange', [node], attrs, {}, name);
  }

  /** The tensor as a way through a layer's map: an input or a constant becomes a layer when it is asked for. */
  placed(v: Value): Value & { readonly base: Node } {
    if (isHost(v.base)) return this.#constant(v);
    if (!isGiven(v.base)) return { ...v, base: v.base };
    const base = this.#inputs.get(v.base) ?? this.#input(v.base);
    this.#inputs.set(v.base, base);
    return { ...v, base };
  }

  #constant(v: Value): Value & { readonly base: Node } {
    const known = this.host(v);
    const data = known && Float32Array.from(known.data as ArrayLike<number>);
    if (!known || data!.some(Number.isNaN))
      throw new UnsupportedError(
        `${this.operator}: ${showDims(dimsOf(v))} of sizes that a run decides, should be known; give the sizes of the inputs`,
      );
    const shape = mapOf(known.dims) as Shape;
    if (data!.length === 0)
      throw new UnsupportedError(
        `${this.operator}: an empty tensor ${showDims(known.dims)}, should hold values`,
      );
    const tensor = { dims: AXES.map((axis) => shape[axis]), data: data! };
    const base = this.add('constant', [], { shape }, { value: tensor }, `${this.operator}:constant`);
    return { type: v.type, base, offset: 0, steps: rowMajor(known.dims) };
  }

  #input({ info: { name }, dims }: Given): Node {
    const rank = dims.length;
    const { n, c, h, w } = mapOf(dims.map((d) => d ?? free('?')));
    const size = isNumber(h) && isNumber(w) ? ([h, w] as const) : null;
    if (!isNumber(c) || (rank !== 4 && !size))
      throw new UnsupportedError(
        `input '${name}': sizes [${dims.map((d) => d ?? '?').join(', ')}], only images, height and width may be free; give its sizes`,
      );
    return this.graph.input(name, c, size, isNumber(n) ? n : undefined);
  }
}
