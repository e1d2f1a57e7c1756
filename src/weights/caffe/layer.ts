import { ShapeError, UnsupportedError } from '../../errors.js';
import type { Attrs } from '../../graph/kinds.js';
import type { KindName, Node } from '../../graph/node.js';
import type { Pair } from '../../shape.js';
import type { Blob } from './blob.js';
import type { CaffeLayer } from './forms.js';
import type { TextMessage } from './message.js';
import { checkSize, type Target } from './target.js';

/** Largest window, stride or padding; Caffe counts them in 32 bits, and no map is as large. */
const LARGEST = 2 ** 20;

/** One layer on its way into a graph. */
export class LayerImport {
  /** Its name in the graph: its own, or with a number behind it where that is taken. */
  readonly name: string;

  constructor(
    readonly to: Target,
    readonly layer: CaffeLayer,
    readonly phase: 'TRAIN' | 'TEST',
    readonly inputs: readonly Blob[],
    /** Gives the Scale that alone reads this layer, which then does nothing itself; null where there is none. */
    readonly takeScale: () => CaffeLayer | null,
  ) {
    this.name = to.free(layer.name);
  }

  get params(): TextMessage {
    return this.layer.params;
  }

  /** Throws an UnsupportedError that names the layer and its type. */
  refuse(what: string): never {
    throw new UnsupportedError(`${this.layer.name}: ${this.layer.type} ${what}`);
  }

  /** Throws a ShapeError that names the layer. */
  bad(what: string): never {
    throw new ShapeError(`${this.layer.name}: ${what}`);
  }

  /** Its only bottom. */
  get input(): Blob {
    const [x, ...others] = this.inputs;
    if (!x || others.length > 0)
      this.refuse(`of ${this.inputs.length} bottoms does not run, should have one`);
    return x!;
  }

  /** The map of its only bottom. */
  get x(): Node {
    return this.map(this.input);
  }

  map(blob: Blob): Node {
    return this.to.map(blob);
  }

  /** Adds the layer's node, or with `part` one that it is made of. */
  add<K extends KindName>(kind: K, inputs: readonly Node[], attrs: Attrs[K], part = ''): Node<K> {
    return this.to.add(kind, part ? `${this.name}/${part}` : this.name, inputs, attrs);
  }

  /** Numbers of its own blobs. See `Target.numbers`. */
  numbers(index: number, ...dims: readonly (readonly number[])[]): Float32Array | null {
    return this.to.numbers(this.layer.name, index, dims);
  }

  /** Gives its node a tensor. */
  give(part: string, dims: readonly number[], data: Float32Array | null): void {
    this.to.give(`${this.name}.${part}`, dims, data);
  }

  /** A blob of these sizes. */
  blob(node: Node, dims: readonly number[] | null): Blob {
    checkSize(node);
    return { node, dims, name: this.name };
  }

  /** A blob of four axes. */
  images(node: Node): Blob {
    return this.blob(node, node.size && [node.batch ?? 1, node.channels, ...node.size]);
  }

  /** A blob of the sizes of the first bottom. */
  like(node: Node): Blob {
    return this.blob(node, this.inputs[0]!.dims);
  }

  /** x * factor + shift, equal for all channels. */
  affine(x: Node, factor: number, shift: number, part = ''): Node {
    const node = this.add('scale', [x], { channels: x.channels, bias: true }, part);
    const fill = (value: number) => this.to.filled(node.name, x.channels, value);
    this.to.give(`${node.name}.weight`, [x.channels], fill(factor));
    this.to.give(`${node.name}.bias`, [x.channels], fill(shift));
    return node;
  }

  /** Sizes of a bottom. @throws ShapeError where they are free. */
  dims(blob: Blob = this.input): readonly number[] {
    return (
      blob.dims ??
      this.bad(`${this.layer.type} of a map of free size, the dims of the net's inputs should be given`)
    );
  }

  rank(blob: Blob = this.input): number {
    return blob.dims?.length ?? 4;
  }

  /** An axis counted from the front. @throws ShapeError unless it is from 0 to `most`. */
  axis(field: string, otherwise: number, most = this.rank(this.inputs[0]) - 1): number {
    const given = this.params.number(field) ?? otherwise;
    const axis = given < 0 ? given + most + 1 : given;
    if (!Number.isInteger(axis) || axis < 0 || axis > most)
      this.bad(`${field} ${given}, should be from ${-most - 1} to ${most}`);
    return axis;
  }

  /** Refuses any axis but the channels. */
  channelAxis(...fields: string[]): void {
    for (const field of fields) {
      const axis = this.params.number(field) ?? 1;
      if (axis !== 1) this.refuse(`along ${field} ${axis} does not run, should be 1`);
    }
  }

  /** One of an enum's words. */
  word<T extends string>(field: string, words: readonly [T, ...T[]], otherwise: T = words[0]): T {
    const word = this.params.word(field) ?? otherwise;
    const found = words.find((w) => w === word);
    return found ?? this.refuse(`${word} does not run, should be ${words.join(' or ')}`);
  }

  /** A whole number of at least 1. */
  count(field: string, otherwise?: number): number {
    const value = this.params.size(field) ?? otherwise;
    if (!value || value > LARGEST ** 2) this.bad(`${field} ${value}, should be from 1 to ${LARGEST ** 2}`);
    return value!;
  }

  /** `kernel_size: 3`, `kernel_size: 3 kernel_size: 5`, or `kernel_h: 3 kernel_w: 5`. */
  spatial(field: string, stem: string, otherwise: number | null, least = 1): Pair {
    const values = this.params.sizes(field);
    const [h, w] = [this.params.size(`${stem}_h`), this.params.size(`${stem}_w`)];
    const [y, x = y] = values.length === 0 && otherwise !== null ? [otherwise] : values;
    const given = h !== undefined && w !== undefined && values.length === 0 ? ([h, w] as const) : [y, x];
    const mixed = values.length > 0 && (h !== undefined || w !== undefined);
    const half = (h === undefined) !== (w === undefined);
    if (given[0] === undefined || given[1] === undefined || values.length > 2 || mixed || half)
      this.bad(`${field} [${values}], ${stem}_h ${h} and ${stem}_w ${w}, should be ${field} or both others`);
    for (const size of given)
      if (size! < least || size! > LARGEST)
        this.bad(`${field} ${given.join(' x ')}, should be from ${least} to ${LARGEST}`);
    return given as Pair;
  }
}

/** Turns one layer into nodes: its tops, from the first on. */
export type LayerType = (c: LayerImport) => Blob | readonly Blob[];
