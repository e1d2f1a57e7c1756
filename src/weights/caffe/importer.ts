import { ShapeError, UnsupportedError } from '../../errors.js';
import type { Blob } from './blob.js';
import type { CaffeModel } from './caffemodel.js';
import type { CaffeLayer, CaffeRate } from './forms.js';
import type { CaffeImportOptions } from './import.js';
import { inputBlob } from './inputs.js';
import { LayerImport } from './layer.js';
import { LAYERS } from './layers/index.js';
import type { CaffeInput, CaffeNet } from './net.js';
import { Target } from './target.js';
import { type CaffeFiller, type CaffeHead, headOf, isHead, isSink, tensorsOf } from './training.js';

/** Walks a net's layers in their order: each reads blobs and makes others, or writes over them. */
export class Importer {
  readonly to: Target;
  readonly skipped: { name: string; type: string }[] = [];
  readonly heads: CaffeHead[] = [];
  readonly dropouts: { name: string; layer: string; ratio: number }[] = [];
  readonly rates = new Map<string, CaffeRate>();
  readonly fillers = new Map<string, CaffeFiller>();
  /** What each blob holds at this point of the walk; null behind a layer that does not run. */
  readonly #blobs = new Map<string, Blob | null>();
  readonly #unread = new Set<string>();
  readonly #inputs: ReadonlyMap<string, CaffeInput>;
  readonly #refused: string[] = [];
  readonly #readers: ReadonlyMap<CaffeLayer, readonly CaffeLayer[]>;
  readonly #folded = new Set<CaffeLayer>();

  constructor(
    readonly net: CaffeNet,
    model: CaffeModel | null,
    options: CaffeImportOptions,
  ) {
    this.to = new Target(net.name, model);
    this.#inputs = new Map(net.inputs.map((input) => [input.name, input]));
    this.#readers = readersOf(net.layers);
    for (const { name, type } of net.data) this.skipped.push({ name, type });
    const read = new Set(net.layers.flatMap((layer) => (isBeside(layer) ? [] : layer.bottoms)));
    for (const [name, input] of this.#inputs)
      if (read.has(name)) this.#blobs.set(name, inputBlob(this.to, net, input, options));
    for (const layer of net.layers) this.#walk(layer);
    this.#checkRefused();
    for (const blob of this.#unread) this.to.graph.output(this.to.map(this.#blobs.get(blob)!), blob);
  }

  #walk(layer: CaffeLayer): void {
    if (isBeside(layer)) {
      this.#beside(layer);
      return;
    }
    const inputs = layer.bottoms.map((bottom) => this.#read(layer, bottom));
    const build = LAYERS.get(layer.type);
    if (!build) this.#refused.push(`${layer.name}: layers of type ${layer.type} do not run`);
    const runs = build && inputs.every((x): x is Blob => x !== null);
    this.#write(layer, runs ? this.#build(layer, inputs as Blob[], build) : null);
  }

  #build(layer: CaffeLayer, inputs: readonly Blob[], build: NonNullable<ReturnType<typeof LAYERS.get>>) {
    if (this.#folded.has(layer)) return inputs;
    const takeScale = () => {
      const [reader, ...others] = this.#readers.get(layer) ?? [];
      if (reader?.type !== 'Scale' || reader.bottoms.length !== 1 || others.length > 0) return null;
      this.#folded.add(reader);
      return reader;
    };
    try {
      const c = new LayerImport(this.to, layer, this.net.phase, inputs, takeScale);
      const made = [build(c)].flat();
      if (made.length < layer.tops.length) c.refuse(`of ${layer.tops.length} tops does not run`);
      this.#note(layer, c.name, inputs, made);
      return made;
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      this.#refused.push(error.message);
      return null;
    }
  }

  /** Keeps what a layer says to training, and whether it added nothing to the graph. */
  #note(layer: CaffeLayer, node: string, inputs: readonly Blob[], made: readonly Blob[]): void {
    const nodes = new Set(inputs.map((x) => x.node));
    if (made.every((blob) => nodes.has(blob.node))) this.skipped.push({ name: layer.name, type: layer.type });
    if (layer.type === 'Dropout') {
      const ratio = layer.params.number('dropout_ratio') ?? 0.5;
      this.dropouts.push({ name: layer.name, layer: inputs[0]!.node.name, ratio });
    }
    for (const { part, rate, filler } of tensorsOf(layer)) {
      if (rate) this.rates.set(`${node}.${part}`, rate);
      if (filler) this.fillers.set(`${node}.${part}`, filler);
    }
  }

  /** A layer that is no part of the graph, unless others read it. */
  #beside(layer: CaffeLayer): void {
    const { name, type, bottoms, tops } = layer;
    this.skipped.push({ name, type });
    if (isHead(layer)) {
      const reads = bottoms.map((blob) => {
        const held = this.#blobs.get(blob);
        if (held === undefined && !this.#inputs.has(blob)) this.#missing(layer, blob);
        return { blob, layer: held ? this.to.map(held).name : null };
      });
      this.heads.push(headOf(layer, reads));
    }
    if (isSink(layer)) for (const blob of bottoms) this.#unread.delete(blob);
    const readers = (this.#readers.get(layer) ?? []).filter((reader) => !isBeside(reader));
    const read = tops.find((top) => readers.some((reader) => reader.bottoms.includes(top)));
    if (read !== undefined)
      this.#refused.push(`${name}: layers of type ${type} do not run, others read its '${read}'`);
    for (const top of tops) {
      this.#blobs.set(top, null);
      this.#unread.delete(top);
    }
  }

  #missing(layer: CaffeLayer, blob: string): never {
    throw new ShapeError(`${layer.name}: reads '${blob}', which no layer before it makes`);
  }

  #read(layer: CaffeLayer, blob: string): Blob | null {
    const held = this.#blobs.get(blob);
    if (held === undefined) this.#missing(layer, blob);
    this.#unread.delete(blob);
    return held;
  }

  #write(layer: CaffeLayer, made: readonly Blob[] | null): void {
    for (const [i, top] of layer.tops.entries()) {
      this.#blobs.set(top, made?.[i] ?? null);
      this.#unread.add(top);
    }
  }

  /** @throws UnsupportedError that lists all that does not run. */
  #checkRefused(): void {
    const [first, ...others] = this.#refused;
    if (first === undefined) return;
    if (others.length === 0) throw new UnsupportedError(first);
    throw new UnsupportedError(
      `${this.net.name || 'caffe'}: ${this.#refused.length} layers do not run\n  ${this.#refused.join('\n  ')}`,
    );
  }
}

/** Whether a layer only looks at a net: losses, measures, sinks, and code of the training's own. */
const isBeside = (layer: CaffeLayer): boolean => isHead(layer) || isSink(layer) || layer.type === 'Python';

/** By layer, those that read what it makes, before another writes over it. */
function readersOf(layers: readonly CaffeLayer[]): Map<CaffeLayer, CaffeLayer[]> {
  const makers = new Map<string, CaffeLayer>();
  const readers = new Map<CaffeLayer, CaffeLayer[]>();
  for (const layer of layers) {
    for (const bottom of layer.bottoms) {
      const maker = makers.get(bottom);
      if (!maker) continue;
      const known = readers.get(maker);
      if (known) known.push(layer);
      else readers.set(maker, [layer]);
    }
    for (const top of layer.tops) makers.set(top, layer);
  }
  return readers;
}
