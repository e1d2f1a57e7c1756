import { type CoordMap, cropOffset, IDENTITY } from '../coords.js';
import type { Engine } from '../engine/engine.js';
import { ShapeError } from '../errors.js';
import type { AvgPoolOptions, PoolOptions } from '../lower/pool.js';
import type { Interpolation } from '../lower/resize_table.js';
import type { ConvTranspose2dOptions } from '../ops/conv_transpose2d.js';
import type { BilinearOptions } from '../ops/conv_transpose2d_bilinear.js';
import type { Conv2dOptions } from '../ops/conv2d.js';
import type { LrnOptions } from '../ops/lrn.js';
import type { ResizeOptions } from '../ops/resize.js';
import type { SoftmaxOptions } from '../ops/softmax.js';
import { type Pair, pair, type Shape } from '../shape.js';
import { type Attrs, KINDS } from './kinds.js';
import { Net } from './net.js';
import type { CompileOptions } from './net_options.js';
import type { Kind, KindName, Node } from './node.js';

/** A convolution layer: `Conv2dOptions` and the size of its filter. */
export interface ConvOptions extends Conv2dOptions {
  /** Output channels. */
  readonly out: number;
  /** Window, in pixels. */
  readonly kernel: number | Pair;
  readonly groups?: number;
  /** True by default. */
  readonly bias?: boolean;
}

/** A transposed convolution layer: `ConvTranspose2dOptions` and the size of its filter. */
export interface ConvTransposeOptions extends Omit<ConvTranspose2dOptions, 'crop'> {
  /** Output channels. */
  readonly out: number;
  readonly kernel: number | Pair;
  readonly groups?: number;
  /** True by default. */
  readonly bias?: boolean;
}

/**
 * A network as a DAG of named layers, written top to bottom like the paper's figures. Each method adds a
 * layer and returns it. Sizes are free unless an input fixes them: a graph runs on any image.
 */
export class Graph {
  readonly name: string;
  readonly #nodes = new Map<string, Node>();
  readonly #outputs = new Map<string, Node>();

  constructor(name: string) {
    this.name = name;
  }

  /** Every layer, inputs before the layers that read them. */
  get nodes(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** The layers that stand for the maps that a run is given. */
  get inputs(): readonly Node<'input'>[] {
    return this.nodes.filter((n): n is Node<'input'> => n.kind === 'input');
  }

  /** What a run returns, by name. */
  get outputs(): ReadonlyMap<string, Node> {
    return this.#outputs;
  }

  /** The layer of this name. @throws ShapeError where there is none. */
  node(name: string): Node {
    const found = this.#nodes.get(name);
    if (!found) throw new ShapeError(`${this.name}: no layer '${name}'`);
    return found;
  }

  /** Whether there is a layer of this name. */
  has(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** An input map, [N, channels, H, W]. A classifier with inner products fixes its size. */
  input(name: string, channels: number, size: Pair | null = null, batch?: number): Node {
    return this.add('input', name, [], { channels, size, ...(batch !== undefined && { batch }) });
  }

  /** Convolution, with bias unless told otherwise. */
  conv(name: string, x: Node, o: ConvOptions): Node {
    const { out, kernel, groups = 1, bias = true, ...options } = o;
    const filter = { out, in: x.channels, kernel: pair(kernel), groups, transposed: false };
    return this.add('conv2d', name, [x], { filter, options, bias });
  }

  /** Transposed convolution with learned weights, [in, out/groups, kh, kw]. */
  convTranspose(name: string, x: Node, o: ConvTransposeOptions): Node {
    const { out, kernel, groups = 1, bias = true, ...options } = o;
    const filter = { out, in: x.channels, kernel: pair(kernel), groups, transposed: true };
    return this.add('conv_transpose2d', name, [x], { filter, options, bias });
  }

  /** Transposed convolution with the fixed bilinear filter, channel by channel: FCN's upsampling. */
  upsample(name: string, x: Node, o: Omit<BilinearOptions, 'crop'>): Node {
    return this.add('upsample', name, [x], { options: o });
  }

  /**
   * The part of `x` that lies over `like`, of its size. The offset follows from where the two maps lie
   * over the image; where one of them has no place, or to crop as a file says, give it.
   */
  crop(name: string, x: Node, like: Node, offset?: Pair): Node {
    if (!offset && (!x.coords || !like.coords))
      throw new ShapeError(
        `${name}: '${(x.coords ? like : x).name}' has no place over the image, an offset should be given`,
      );
    return this.add('crop', name, [x, like], { offset: offset ?? cropOffset(name, x.coords!, like.coords!) });
  }

  /** Max-pool. */
  maxPool(name: string, x: Node, o: PoolOptions): Node {
    return this.add('max_pool', name, [x], o);
  }

  /** Average pool; `countPad` gives Caffe's divisor. */
  avgPool(name: string, x: Node, o: AvgPoolOptions): Node {
    return this.add('avg_pool', name, [x], o);
  }

  /** The mean of each plane, [N, C, 1, 1]. */
  globalAvgPool(name: string, x: Node): Node {
    return this.add('global_avg_pool', name, [x], {});
  }

  /**
   * Inner product over a whole map, whose size the graph's inputs must fix. `convolutionalise` frees it.
   * Weights are [out, C*H*W] in planar order, as Caffe's.
   */
  innerProduct(name: string, x: Node, o: { out: number; bias?: boolean; relu?: boolean }): Node {
    if (!x.size)
      throw new ShapeError(
        `${name}: an inner product over a map of free size, the input's size should be fixed`,
      );
    const { out, bias = true, relu = false } = o;
    return this.add('inner_product', name, [x], {
      x: { c: x.channels, h: x.size[0], w: x.size[1] },
      out,
      bias,
      relu,
    });
  }

  /** max(x, 0); with a slope, slope * x where x is negative. */
  relu(name: string, x: Node, slope = 0): Node {
    return this.add('activation', name, [x], { kind: 'relu', slope });
  }

  /** 1 / (1 + exp(-x)). */
  sigmoid(name: string, x: Node): Node {
    return this.add('activation', name, [x], { kind: 'sigmoid' });
  }

  /** min(max(x, min), max); a bound that is left out does not bind. */
  clip(name: string, x: Node, min?: number, max?: number): Node {
    return this.add('activation', name, [x], {
      kind: 'clip',
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
    });
  }

  /** Leaky ReLU with a learned slope per channel, `<name>.weight`. */
  prelu(name: string, x: Node): Node {
    return this.add('prelu', name, [x], { channels: x.channels });
  }

  /** x * weight[c] + bias[c]: Caffe's Scale, and batch norm at inference. */
  scale(name: string, x: Node, o: { bias?: boolean } = {}): Node {
    return this.add('scale', name, [x], { channels: x.channels, bias: o.bias ?? true });
  }

  /**
   * Batch norm with stored statistics: (x - running_mean) / sqrt(running_var + epsilon) * weight + bias per
   * channel, by those names behind its own. Epsilon is 1e-5 by default.
   */
  batchNorm(name: string, x: Node, { epsilon = 1e-5 }: { epsilon?: number } = {}): Node {
    return this.add('batch_norm', name, [x], { channels: x.channels, epsilon });
  }

  /** Local response normalisation across channels. */
  lrn(name: string, x: Node, o: LrnOptions): Node {
    return this.add('lrn', name, [x], o);
  }

  /** Another height and width, by size or by scales. */
  resize(name: string, x: Node, o: ResizeOptions): Node {
    return this.add('resize', name, [x], o);
  }

  /** The height and width of another layer, whatever they are in a run. */
  resizeTo(name: string, x: Node, like: Node, o: Interpolation): Node {
    return this.add('resize_to', name, [x, like], o);
  }

  /** Softmax over the channels of each pixel. */
  softmax(name: string, x: Node, o: SoftmaxOptions = {}): Node {
    return this.add('softmax', name, [x], o);
  }

  /** The sum of maps of one size, each times its coefficient. */
  sum(name: string, xs: readonly Node[], coefficients?: readonly number[]): Node {
    return this.add('sum', name, xs, coefficients ? { coefficients } : {});
  }

  /** The channels of several maps of one size, one after another. */
  concat(name: string, xs: readonly Node[]): Node {
    return this.add('concat', name, xs, {});
  }

  /**
   * Marks a layer as a result of the net, under its own name or another. A result has a tensor of its own:
   * an input, or a layer that is a result already, is copied.
   */
  output(node: Node, name = node.name): void {
    if (this.#outputs.get(name) === node) return;
    const shared = node.kind === 'input' || [...this.#outputs.values()].includes(node);
    if (shared && KINDS[node.kind].elem)
      throw new ShapeError(`${name}: ${node.name} is an output already, labels should be under one name`);
    this.#outputs.set(name, shared ? this.sum(`${name} copy`, [node]) : node);
  }

  /** Puts the graph and its weights on the engine's device. */
  compile(engine: Engine, options: CompileOptions): Promise<Net> {
    return Net.compile(engine, this, options);
  }

  /** Adds a layer of any kind; the methods above are its readable forms. */
  add<K extends KindName>(kind: K, name: string, inputs: readonly Node[], attrs: Attrs[K]): Node<K> {
    if (this.#nodes.has(name))
      throw new ShapeError(`${name}: a layer of this name exists, names should differ`);
    for (const x of inputs)
      if (this.#nodes.get(x.name) !== x)
        throw new ShapeError(`${name}: input '${x.name}' is a layer of another graph`);
    const node = makeNode(kind, name, inputs, attrs);
    this.#nodes.set(name, node);
    return node;
  }
}

/** A node with what follows from its inputs: channels, place over the image, and size where known. */
export function makeNode<K extends KindName>(
  kind: K,
  name: string,
  inputs: readonly Node[],
  attrs: Attrs[K],
): Node<K> {
  const rule = KINDS[kind] as Kind<Attrs[K]>;
  const channels =
    rule.channels?.(
      inputs.map((x) => x.channels),
      attrs,
    ) ?? inputs[0]!.channels;
  const { size, batch } =
    kind === 'input' ? (attrs as Attrs['input']) : staticSize(rule, name, inputs, attrs);
  const coords = coordsOf(kind, rule, inputs, attrs);
  return { name, kind, attrs, inputs, channels, coords, size, batch: batch ?? null };
}

/**
 * Height, width and images where every input's are known, which also checks the layer at once. Of a free
 * number of images one stands for all.
 */
function staticSize<A>(
  rule: Kind<A>,
  name: string,
  inputs: readonly Node[],
  attrs: A,
): Pick<Node, 'size' | 'batch'> {
  const shapes: Shape[] = [];
  for (const x of inputs) {
    if (!x.size) return { size: null, batch: null };
    shapes.push({ n: x.batch ?? 1, c: x.channels, h: x.size[0], w: x.size[1] });
  }
  const { n, h, w } = rule.shape(name, shapes, attrs);
  return { size: [h, w], batch: inputs.every((x) => x.batch !== null) ? n : null };
}

/** A constant has no place over the image, and takes none from the maps that it meets. */
function coordsOf<A>(kind: KindName, rule: Kind<A>, inputs: readonly Node[], attrs: A): CoordMap | null {
  if (kind === 'input') return [IDENTITY, IDENTITY];
  const maps = inputs.filter((x) => x.kind !== 'constant').map((x) => x.coords);
  if (maps.length === 0 || !maps.every((m): m is CoordMap => m !== null)) return null;
  return rule.coords ? rule.coords(maps, attrs) : maps[0]!;
}
