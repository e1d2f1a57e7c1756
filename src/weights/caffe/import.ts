import { ShapeError, UnsupportedError, WeightsError } from '../../errors.js';
import { Graph } from '../../graph/builder.js';
import type { Node } from '../../graph/node.js';
import { convolutionalise } from '../../graph/rewrite.js';
import type { Pair } from '../../shape.js';
import type { Weights } from '../weights.js';
import type { CaffeModel, CaffeModelLayer } from './caffemodel.js';
import { LAYERS, type LayerImport } from './layers.js';
import type { CaffeLayer, CaffeNet } from './net.js';

/** How to read a net's inputs and inner products. */
export interface CaffeImportOptions {
  /** [N, C, H, W] of inputs by name, where the net gives none or others are wanted. */
  readonly inputs?: Readonly<Record<string, readonly number[]>>;
  /**
   * Keeps inner products, so that the net runs at its deployed size only. By default each becomes the
   * convolution with the same numbers, and the net runs on any image.
   */
  readonly classifier?: boolean;
}

/** A Caffe net as a graph with its weights. */
export interface CaffeImport {
  /** Layers keep their names. The outputs are the blobs that no layer reads, under the blobs' names. */
  readonly graph: Graph;
  /** Empty without a caffemodel, but for constants of the net's own. */
  readonly weights: Weights;
  /** Layers that do nothing when a net runs, by name. */
  readonly skipped: readonly { readonly name: string; readonly type: string }[];
}

/** Layers that pass their input on in the TEST phase. */
const IDENTITIES = new Set(['Dropout', 'Split', 'Flatten']);

/**
 * Turns a net, with the numbers of a caffemodel that it matches by layer name, into a graph.
 * @throws UnsupportedError that names the layer and its type; WeightsError where the file lacks a layer or
 * holds another size; ShapeError where sizes do not fit.
 */
export function importCaffe(
  net: CaffeNet,
  model: CaffeModel | null,
  options: CaffeImportOptions = {},
): CaffeImport {
  const result = new Importer(net, model, options).result;
  return options.classifier ? result : { ...result, graph: convolutionalise(result.graph) };
}

class Importer {
  readonly result: CaffeImport;
  readonly #graph: Graph;
  readonly #weights: Weights = new Map();
  readonly #skipped: { name: string; type: string }[];
  /** What each blob holds at this point of the walk: layers may write over what they read. */
  readonly #blobs = new Map<string, Node>();
  readonly #unread = new Set<string>();
  readonly #model: ReadonlyMap<string, CaffeModelLayer> | null;

  constructor(
    readonly net: CaffeNet,
    model: CaffeModel | null,
    readonly options: CaffeImportOptions,
  ) {
    this.#graph = new Graph(net.name);
    this.#skipped = [...net.skipped];
    this.#model = model && new Map(model.layers.filter((l) => l.blobs.length > 0).map((l) => [l.name, l]));
    this.#addInputs();
    const folded = new Set<CaffeLayer>();
    for (const [i, layer] of net.layers.entries()) {
      const inputs = layer.bottoms.map((bottom) => this.#read(layer, bottom));
      if (folded.has(layer)) this.#write(layer, inputs);
      else if (IDENTITIES.has(layer.type)) this.#pass(layer, inputs, i);
      else {
        const scale = layer.type === 'BatchNorm' ? this.#scaleBehind(layer, i) : null;
        if (scale) folded.add(scale);
        this.#write(layer, [this.#layer(layer, inputs, scale)]);
      }
    }
    for (const blob of this.#unread) this.#graph.output(this.#blobs.get(blob)!, blob);
    this.result = { graph: this.#graph, weights: this.#weights, skipped: this.#skipped };
  }

  #addInputs(): void {
    const read = new Set(this.net.layers.flatMap((layer) => layer.bottoms));
    const fixed = this.net.layers.some((layer) => layer.type === 'InnerProduct');
    for (const { name, dims: own } of this.net.inputs) {
      if (!read.has(name)) continue;
      const dims = this.options.inputs?.[name] ?? own;
      const channels = dims?.[1] ?? this.#channelsRead(name);
      const size: Pair | null = dims && fixed ? [dims[2] ?? 1, dims[3] ?? 1] : null;
      this.#blobs.set(name, this.#graph.input(name, channels, size));
    }
  }

  /** Channels of an input without dims, from the weights of a convolution that reads it. */
  #channelsRead(input: string): number {
    for (const { name, type, bottoms, params } of this.net.layers) {
      const weight = this.#model?.get(name)?.blobs[0];
      if (type === 'Convolution' && bottoms[0] === input && weight?.dims.length === 4)
        return weight.dims[1]! * (params.size('group') ?? 1);
    }
    throw new ShapeError(`${input}: an input of unknown channels, its dims should be given`);
  }

  #read(layer: CaffeLayer, blob: string): Node {
    const node = this.#blobs.get(blob);
    if (!node) throw new ShapeError(`${layer.name}: reads '${blob}', which no layer before it makes`);
    this.#unread.delete(blob);
    return node;
  }

  #write(layer: CaffeLayer, nodes: readonly Node[]): void {
    if (layer.tops.length > nodes.length)
      throw new UnsupportedError(`${layer.name}: ${layer.type} of ${layer.tops.length} tops does not run`);
    for (const [i, top] of layer.tops.entries()) {
      this.#blobs.set(top, nodes[i]!);
      this.#unread.add(top);
    }
  }

  #pass(layer: CaffeLayer, inputs: readonly Node[], index: number): void {
    const [x] = inputs;
    if (!x || inputs.length > 1)
      throw new UnsupportedError(`${layer.name}: ${layer.type} of ${inputs.length} bottoms does not run`);
    const isFlat = x.kind === 'global_avg_pool' || x.size?.every((size) => size === 1);
    const flattens = layer.type === 'Flatten' && !isFlat;
    const reader = flattens && this.#readers(layer, index).find(({ type }) => type !== 'InnerProduct');
    if (reader)
      throw new UnsupportedError(
        `${layer.name}: Flatten before ${reader.type} does not run, only before InnerProduct`,
      );
    this.#skipped.push({ name: layer.name, type: layer.type });
    this.#write(
      layer,
      layer.tops.map(() => x),
    );
  }

  /** Layers that read what layer number `index` writes. */
  #readers(layer: CaffeLayer, index: number): CaffeLayer[] {
    const readers: CaffeLayer[] = [];
    const blobs = new Set(layer.tops);
    for (const next of this.net.layers.slice(index + 1)) {
      if (next.bottoms.some((bottom) => blobs.has(bottom))) readers.push(next);
      for (const top of next.tops) blobs.delete(top);
    }
    return readers;
  }

  /** The Scale that alone reads a BatchNorm: together they are one scale. */
  #scaleBehind(layer: CaffeLayer, index: number): CaffeLayer | null {
    const [reader, ...others] = this.#readers(layer, index);
    const alone = reader?.type === 'Scale' && reader.bottoms.length === 1 && others.length === 0;
    return alone ? reader : null;
  }

  #layer(layer: CaffeLayer, inputs: readonly Node[], scale: CaffeLayer | null): Node {
    const build = LAYERS.get(layer.type);
    if (!build) throw new UnsupportedError(`${layer.name}: layers of type ${layer.type} do not run`);
    let name = layer.name;
    for (let n = 2; this.#graph.has(name); n++) name = `${layer.name}#${n}`;
    const c: LayerImport = {
      graph: this.#graph,
      layer,
      name,
      inputs,
      scale,
      blob: (index, dims, of = layer) => this.#blob(of, index, dims),
      weights: (part, dims, data) => {
        if (data) this.#weights.set(`${name}.${part}`, { dims, data });
      },
    };
    return build(c);
  }

  #blob(layer: CaffeLayer, index: number, dims: readonly (readonly number[])[]): Float32Array | null {
    if (!this.#model) return null;
    const tensor = `${layer.name}.${['weight', 'bias'][index] ?? index}`;
    const wanted = `[${dims[0]!.join(', ')}]`;
    const blob = this.#model.get(layer.name)?.blobs[index];
    if (!blob) throw new WeightsError(`${tensor}: the caffemodel has none, should have ${wanted}`, tensor);
    if (!dims.some((d) => withoutOnes(d) === withoutOnes(blob.dims)))
      throw new WeightsError(`${tensor}: [${blob.dims.join(', ')}], should be ${wanted}`, tensor);
    return blob.data;
  }
}

/** Dims without the ones that lead them: old files write [1, 1, 1, C] for a vector. */
const withoutOnes = (dims: readonly number[]): string => dims.join().replace(/^(1(,|$))+/, '');
