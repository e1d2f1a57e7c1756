import { toNumber } from '../../coords.js';
import type { Pair, Shape } from '../../shape.js';
import type { Graph } from '../builder.js';
import { dataInputs, inferShapes } from '../fuse.js';
import { KINDS } from '../kinds.js';
import type { Kind, KindName, Node } from '../node.js';

/** What lies between two items: "2x", "crop 5". */
type Notes = readonly string[];

/** What a figure shows of a net: a map as a grid, or layers between maps as a vertical line. */
export interface Item {
  readonly look: 'image' | 'pool' | 'scores' | 'line';
  /** Name of its layer; of the first where several of one depth share a line. */
  readonly name: string;
  /** From the top: one for each input, and one for each prediction beside the last layer. */
  readonly row: number;
  /** Items one behind another up to this one. */
  readonly depth: number;
  /** Pixels between cells: from its place, or from its size where it has none. */
  readonly stride: Pair;
  readonly size: Pair;
  /** Items that it reads. */
  readonly sources: Map<Item, Notes>;
}

/** Kinds that make scores of scores, cell by cell or finer. */
const KEEP_SCORES: ReadonlySet<KindName> = new Set<KindName>([
  ...(['upsample', 'resize', 'resize_to', 'crop', 'crop_sum', 'sum', 'scale'] as const),
  ...(['softmax', 'activation', 'argmax'] as const),
]);

/** Kinds that make a map coarser or finer; others that change sizes, as a reshape, make something else of it. */
const RESCALE: ReadonlySet<KindName> = new Set<KindName>([
  ...(['conv2d', 'conv_transpose2d', 'upsample', 'resize', 'resize_to'] as const),
  ...(['max_pool', 'avg_pool', 'global_avg_pool', 'max_unpool'] as const),
]);

const hasFilter = (node: Node): boolean => (KINDS[node.kind] as Kind<unknown>).filter !== undefined;

/** A transposed convolution from class to class keeps scores, whatever its filter. */
const keepsScores = (node: Node): boolean =>
  KEEP_SCORES.has(node.kind) ||
  (node.kind === 'conv_transpose2d' && node.channels === node.inputs[0]!.channels);

/** The layers that predict and those behind them, but for what other layers go on from. */
function head(graph: Graph): { nodes: Set<Node>; predictions: Set<Node> } {
  const nodes = new Set<Node>();
  const predictions = new Set<Node>();
  const outputs = new Set(graph.outputs.values());
  for (const node of [...graph.nodes].reverse()) {
    const readers = graph.nodes.filter((reader) => dataInputs(reader).includes(node));
    const ends = readers.length > 0 || outputs.has(node);
    const kept = (reader: Node) => nodes.has(reader) && !predictions.has(reader);
    if (!ends || !readers.every(kept) || !(keepsScores(node) || hasFilter(node))) continue;
    nodes.add(node);
    if (!keepsScores(node)) predictions.add(node);
  }
  return { nodes, predictions };
}

/** The items of a graph for inputs of these sizes, each behind those that it reads. */
export function figureItems(graph: Graph, inputs: Readonly<Record<string, Shape>>): Item[] {
  return new Figure(graph, inputs).items;
}

/** Items behind which a layer's map lies. */
type Seen = Map<Item, Notes>;

class Figure {
  readonly items: Item[] = [];
  readonly #graph: Graph;
  readonly #shapes: ReadonlyMap<Node, Shape>;
  readonly #head: ReturnType<typeof head>;
  readonly #seen = new Map<Node, Seen>();
  readonly #last: Item[] = [];
  /** Items that another layer may share, by row and depth, or by row and stride. */
  readonly #shared = new Map<string, Item>();

  constructor(graph: Graph, inputs: Readonly<Record<string, Shape>>) {
    this.#graph = graph;
    this.#shapes = inferShapes(graph, inputs);
    this.#head = head(graph);
    const isHead = (node: Node) => this.#head.nodes.has(node);
    for (const node of graph.nodes.filter((each) => !isHead(each))) this.#seen.set(node, this.#trunk(node));
    for (const node of graph.nodes.filter(isHead)) this.#seen.set(node, this.#score(node));
  }

  #trunk(node: Node): Seen {
    if (node.kind === 'input') return this.#add(node, 'image', this.#last.length);
    const sources = [...this.#sources(node).keys()];
    if (sources.length === 0) return new Map();
    const row = Math.min(...sources.map((item) => item.row));
    const change = this.#change(node);
    const level = `${row}/${change > 1 ? 'down' : 'up'}/${this.#stride(node)}`;
    if (change !== 1) return this.#shareOrAdd(node, 'pool', row, level);
    return hasFilter(node)
      ? this.#shareOrAdd(node, 'line', row, `${row}/${depthBehind(sources)}`)
      : this.#pass(node);
  }

  /**
   * One item for all layers of one depth, as the branches of an inception, or for all that come to one stride
   * side by side, as a shortcut and what it spans.
   */
  #shareOrAdd(node: Node, look: Item['look'], row: number, key: string): Seen {
    const sources = this.#sources(node);
    const found = this.#shared.get(key);
    if (!found || depthBehind([...sources.keys()]) > found.depth) return this.#add(node, look, row, [], key);
    for (const [source, notes] of sources) found.sources.set(source, notes);
    return new Map([[found, []]]);
  }

  #score(node: Node): Seen {
    const sources = [...this.#sources(node).keys()];
    if (this.#head.predictions.has(node)) {
      const open = sources.find((item) => this.#last[item.row] === item);
      return this.#add(node, 'scores', open?.row ?? this.#last.length);
    }
    const [x] = dataInputs(node);
    const upsamples = this.#change(node) < 1;
    const readers = this.#graph.nodes.filter((reader) => dataInputs(reader).includes(node));
    if (upsamples && readers.length === 1 && readers[0]!.kind === 'crop')
      return this.#pass(node, [`${node.name} ${this.#factor(node)}x`]);
    const cropsUpsampled = node.kind === 'crop' && this.#head.nodes.has(x!) && this.#change(x!) < 1;
    if (!(upsamples || cropsUpsampled || sources.length > 1)) return this.#pass(node);
    const notes = upsamples ? [`${this.#factor(node)}x`] : cropNotes(node);
    return this.#add(node, 'scores', Math.max(...sources.map((item) => item.row)), notes);
  }

  #add(node: Node, look: Item['look'], row: number, notes: Notes = [], key = ''): Seen {
    const sources = this.#sources(node, notes);
    const { h, w } = this.#shapes.get(node)!;
    const depth = depthBehind([...sources.keys()]);
    const item: Item = {
      look,
      name: node.name,
      row,
      depth,
      stride: this.#stride(node),
      size: [h, w],
      sources,
    };
    this.items.push(item);
    this.#last[row] = item;
    if (key) this.#shared.set(key, item);
    return new Map([[item, []]]);
  }

  /** A layer that is not shown lets through what it reads. */
  #pass(node: Node, notes: Notes = cropNotes(node)): Seen {
    return this.#sources(node, notes);
  }

  #sources(node: Node, notes: Notes = []): Seen {
    const found: Seen = new Map();
    for (const x of dataInputs(node))
      for (const [item, before] of this.#seen.get(x) ?? []) found.set(item, [...before, ...notes]);
    return found;
  }

  #stride(node: Node): Pair {
    const { coords } = node;
    if (coords) return [toNumber(coords[0].scale), toNumber(coords[1].scale)];
    const image = this.#shapes.get(this.#graph.inputs[0]!)!;
    const { h, w } = this.#shapes.get(node)!;
    return [image.h / h, image.w / w];
  }

  /** How many times coarser a layer's map is than what it reads; a part of 1 where it is finer. */
  #change(node: Node): number {
    const [x] = dataInputs(node);
    if (!x || !RESCALE.has(node.kind)) return 1;
    if (node.coords && x.coords) return this.#stride(node)[0] / this.#stride(x)[0];
    // Without a place the sizes must do, up to a remainder.
    const ratio = this.#shapes.get(x)!.h / this.#shapes.get(node)!.h;
    return ratio > 3 / 4 && ratio < 4 / 3 ? 1 : ratio;
  }

  #factor = (node: Node): number => Math.round(1 / this.#change(node));
}

const depthBehind = (sources: readonly Item[]): number =>
  1 + Math.max(0, ...sources.map(({ depth }) => depth));

const cropNotes = (node: Node): Notes =>
  node.kind === 'crop' ? [`crop ${[...new Set((node as Node<'crop'>).attrs.offset)].join(' x ')}`] : [];
