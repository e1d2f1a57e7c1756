import { LimitError, ShapeError, UnsupportedError, WeightsError } from '../../errors.js';
import { Graph } from '../../graph/builder.js';
import type { Attrs } from '../../graph/kinds.js';
import type { KindName, Node } from '../../graph/node.js';
import { type Shape, sameShape } from '../../shape.js';
import type { Weights } from '../weights.js';
import { type Blob, mapOf, merged, product, rowMajor, type Step, shapeOf } from './blob.js';
import type { CaffeModel, CaffeModelLayer } from './caffemodel.js';

/** Numbers that an import may make up, as for a shift that all channels share. */
const MADE_UP = 2 ** 26;

/** Elements that a map may have: sizes in a file that lead beyond it are no net's. */
const LARGEST_MAP = 2 ** 40;

/** Digits of a `rearrange`. */
const DIGITS = 8;

/** The graph and weights that an import makes, and the file that its numbers are from. */
export class Target {
  readonly graph: Graph;
  readonly weights: Weights = new Map();
  /** Whether the graph is right for its inputs' height and width alone. */
  holdsSize = false;
  /** Whether the graph is right for its inputs' number of images alone. */
  holdsImages = false;
  readonly #model: ReadonlyMap<string, CaffeModelLayer> | null;
  readonly #maps = new WeakMap<Blob, Node>();
  readonly #taken = new Map<string, number>();
  #madeUp = 0;

  constructor(name: string, model: CaffeModel | null) {
    this.graph = new Graph(name);
    this.#model = model && new Map(model.layers.filter((l) => l.blobs.length > 0).map((l) => [l.name, l]));
  }

  /** The name, with a number behind it where a layer has it. */
  free(name: string): string {
    if (!this.graph.has(name)) return name;
    for (let n = this.#taken.get(name) ?? 2; ; n++) {
      this.#taken.set(name, n + 1);
      if (!this.graph.has(`${name}#${n}`)) return `${name}#${n}`;
    }
  }

  add<K extends KindName>(kind: K, name: string, inputs: readonly Node[], attrs: Attrs[K]): Node<K> {
    const node = this.graph.add(kind, this.free(name), inputs, attrs);
    checkSize(node);
    return node;
  }

  /** A map of the blob's sizes. */
  map(blob: Blob): Node {
    const { node, dims, name } = blob;
    if (!dims || sameShape(mapOf(dims), shapeOf(node))) return node;
    const found = this.#maps.get(blob) ?? this.arrange(name, node, rowMajor(dims), mapOf(dims));
    this.#maps.set(blob, found);
    return found;
  }

  /** A map with the elements of another that `steps` walk through, the last step fastest. */
  arrange(name: string, x: Node, steps: readonly Step[], to: Shape, offset = 0): Node {
    const from = shapeOf(x);
    const image = from.c * from.h * from.w;
    const [first, ...rest] = steps;
    const byImage = first?.size === from.n && first.stride === image;
    const alike = from.n === to.n && offset < image && (byImage || from.n === 1);
    const digits = merged(alike && byImage ? rest : steps);
    if (digits.length > DIGITS)
      throw new UnsupportedError(
        `${name}: a new order of ${digits.length} axes, should be of at most ${DIGITS}`,
      );
    this.holdsSize = true;
    if (!alike) this.holdsImages = true;
    const sizes = ({ n, c, h, w }: Shape) => ({ n: alike ? null : n, c, h, w });
    const walked = digits.length > 0 ? digits : [{ size: 1, stride: 1 }];
    return this.add('rearrange', name, [x], { digits: walked, offset, from: sizes(from), to: sizes(to) });
  }

  /**
   * The numbers of blob `index` of a layer, null where there is no caffemodel.
   * @throws WeightsError where the blob is missing or of dims other than one of `dims`, whatever ones lead it.
   */
  numbers(layer: string, index: number, dims: readonly (readonly number[])[]): Float32Array | null {
    if (!this.#model) return null;
    const tensor = `${layer}.${['weight', 'bias'][index] ?? index}`;
    const wanted = `[${dims[0]!.join(', ')}]`;
    const blob = this.#model.get(layer)?.blobs[index];
    if (!blob) throw new WeightsError(`${tensor}: the caffemodel has none, should have ${wanted}`, tensor);
    if (!dims.some((d) => withoutOnes(d) === withoutOnes(blob.dims)))
      throw new WeightsError(`${tensor}: [${blob.dims.join(', ')}], should be ${wanted}`, tensor);
    return blob.data;
  }

  /** Gives a layer of the graph a tensor, of dims that its kind wants. */
  give(tensor: string, dims: readonly number[], data: Float32Array | null): void {
    if (data) this.weights.set(tensor, { dims, data });
  }

  /** So many equal numbers. @throws LimitError for more than an import may make up. */
  filled(name: string, count: number, value: number): Float32Array {
    this.#madeUp += count;
    if (!(this.#madeUp <= MADE_UP))
      throw new LimitError(
        `${name}: ${this.#madeUp} numbers made up, should be at most ${MADE_UP}`,
        this.#madeUp,
        MADE_UP,
        'give layers like it fewer channels',
      );
    return new Float32Array(count).fill(value);
  }

  /** A map of one number, which others are broadcast over. */
  constant(name: string, value: number): Node {
    const node = this.add('constant', name, [], { shape: mapOf([]) });
    this.give(`${node.name}.value`, [1, 1, 1, 1], this.filled(name, 1, value));
    return node;
  }

  /** The channels of the images that a convolution of this name reads; null where the file does not say. */
  channelsOf(convolution: string, groups: number): number | null {
    const dims = this.#model?.get(convolution)?.blobs[0]?.dims;
    return dims?.length === 4 && product(dims) > 0 ? dims[1]! * groups : null;
  }
}

/** @throws ShapeError for a map that no net has. */
export function checkSize(node: Node): void {
  const { n, c, h, w } = shapeOf(node);
  if (!(n * c * h * w <= LARGEST_MAP))
    throw new ShapeError(
      `${node.name}: a map of ${n} x ${c} x ${h} x ${w}, should be of at most ${LARGEST_MAP} elements`,
    );
}

/** Dims without the ones that lead them: old files write [1, 1, 1, C] for a vector. */
const withoutOnes = (dims: readonly number[]): string => dims.join().replace(/^(1(,|$))+/, '');
