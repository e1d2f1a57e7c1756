import { ShapeError } from '../errors.js';
import type { Choosing } from '../lower/choosing.js';
import { winogradTile } from '../lower/filter.js';
import { type PoolOptions, poolWindow } from '../lower/pool.js';
import { conv2dLayout } from '../ops/conv2d.js';
import type { Shape } from '../shape.js';
import type { Graph } from './builder.js';
import { type Attrs, KINDS } from './kinds.js';
import type { Kind, KindName, Node } from './node.js';

/** A layer as it will run: one node of the graph, or several that one kernel does at once. */
export interface Layer<K extends KindName = KindName> {
  /** The name whose weights it holds. */
  readonly name: string;
  readonly kind: K;
  readonly attrs: Attrs[K];
  /** Layers whose maps it reads. */
  readonly inputs: readonly Layer[];
  /** The node whose map it makes. */
  readonly node: Node;
  /**
   * A scale or batch norm behind this convolution whose factors go into its weights before they are
   * uploaded, and whether the convolution has a bias of its own.
   */
  readonly fold?: { readonly layer: Layer<'scale' | 'batch_norm'>; readonly bias: boolean };
}

/** A graph as it will run. */
export interface FusedGraph {
  /** In the order in which they run. */
  readonly layers: readonly Layer[];
  readonly outputs: ReadonlyMap<string, Layer>;
}

/** Inputs that a node reads; the rest only lend their size. */
export const dataInputs = (node: Node): readonly Node[] => node.inputs.slice(0, KINDS[node.kind].reads);

/** Drops layers that no output needs, and merges what one kernel of those that `o` makes choose does at once. */
export function fuse(graph: Graph, o: Partial<Choosing> = {}): FusedGraph {
  const live = new Set<Node>(graph.outputs.values());
  const readers = new Map<Node, number>();
  const count = (x: Node) => readers.set(x, (readers.get(x) ?? 0) + 1);
  for (const node of [...graph.nodes].reverse()) {
    if (!live.has(node)) continue;
    for (const x of dataInputs(node)) {
      live.add(x);
      count(x);
    }
  }
  for (const node of graph.outputs.values()) count(node);

  const pools = (x: Layer<'conv2d'>) =>
    winogradTile(conv2dLayout(x.attrs.filter, x.attrs.options, o)) !== null;
  const made = new Map<Node, Layer>();
  const merged = new Set<Layer>();
  for (const node of graph.nodes.filter((each) => live.has(each))) {
    const inputs = dataInputs(node).map((x) => made.get(x)!);
    const own: Layer = { name: node.name, kind: node.kind, attrs: node.attrs, inputs, node };
    let layer = own;
    for (const [i, x] of dataInputs(node).entries()) {
      const both = readers.get(x) === 1 ? merge(own, i, made.get(x)!, pools) : null;
      if (both) {
        merged.add(made.get(x)!);
        layer = both;
        break;
      }
    }
    made.set(node, layer);
  }
  const outputs = new Map([...graph.outputs].map(([name, node]) => [name, made.get(node)!]));
  return { layers: [...new Set(made.values())].filter((layer) => !merged.has(layer)), outputs };
}

const is = <K extends KindName>(layer: Layer, kind: K): layer is Layer<K> => layer.kind === kind;

/** Whether a pool is 2x2 by 2 without padding, and no window hangs over further than rounding up makes it. */
function isHalving(o: PoolOptions): boolean {
  const { kernel, stride, dilation, pad } = poolWindow(o);
  const two = [...kernel, ...stride].every((v) => v === 2);
  return two && !o.hang && dilation.every((v) => v === 1) && pad.every((v) => v === 0);
}

/** The layer that does the work of `x` and of `reader`, whose input number i it is; or null. */
function merge(reader: Layer, i: number, x: Layer, pools: (x: Layer<'conv2d'>) => boolean): Layer | null {
  const { node } = reader;
  if (is(x, 'conv2d') && x.attrs.options.pool) return null;
  if (is(reader, 'max_pool') && is(x, 'conv2d') && isHalving(reader.attrs) && pools(x)) {
    const options = { ...x.attrs.options, pool: { ceil: reader.attrs.ceil ?? false } };
    return { ...x, attrs: { ...x.attrs, options }, node };
  }
  if (is(reader, 'activation') && reader.attrs.kind === 'relu' && !reader.attrs.slope) {
    const transposed = is(x, 'conv_transpose2d') || is(x, 'conv_transpose2d_given');
    const convolves = is(x, 'conv2d') || is(x, 'conv2d_given') || (transposed && !x.attrs.crop);
    if (convolves && !x.attrs.options.relu)
      return { ...x, attrs: { ...x.attrs, options: { ...x.attrs.options, relu: true } }, node } as Layer;
    if ((is(x, 'inner_product') || is(x, 'sum')) && !x.attrs.relu)
      return { ...x, attrs: { ...x.attrs, relu: true }, node } as Layer;
  }
  if (
    (is(reader, 'scale') || is(reader, 'batch_norm')) &&
    (is(x, 'conv2d') || is(x, 'conv_transpose2d')) &&
    !x.attrs.options.relu &&
    !x.fold
  )
    return {
      ...x,
      attrs: { ...x.attrs, bias: true },
      fold: { layer: reader, bias: x.attrs.bias },
      node,
    } as Layer;
  if (
    is(reader, 'crop') &&
    (is(x, 'upsample') || is(x, 'conv_transpose2d') || is(x, 'conv_transpose2d_given')) &&
    !x.attrs.crop
  )
    return { ...x, attrs: { ...x.attrs, crop: reader.attrs.offset }, node } as Layer;
  if (is(reader, 'argmax') && !reader.attrs.last && !reader.attrs.min && is(x, 'upsample') && !x.attrs.labels)
    return { ...x, attrs: { ...x.attrs, labels: true }, node } as Layer;
  if (is(reader, 'upsample_gradient') && is(x, 'crop_gradient'))
    return { ...reader, attrs: { ...reader.attrs, crop: x.attrs.offset }, inputs: x.inputs } as Layer;
  if (
    is(reader, 'sum') &&
    reader.inputs.length === 2 &&
    !reader.attrs.coefficients &&
    !reader.attrs.relu &&
    is(x, 'crop')
  )
    return {
      ...reader,
      kind: 'crop_sum',
      attrs: { offset: x.attrs.offset },
      inputs: [reader.inputs[1 - i]!, ...x.inputs],
    };
  return null;
}

/** Size of every layer's map for inputs of these sizes. @throws ShapeError that names the layer. */
export function inferShapes(graph: Graph, inputs: Readonly<Record<string, Shape>>): Map<Node, Shape> {
  const unknown = Object.keys(inputs).find((name) => !graph.inputs.some((x) => x.name === name));
  if (unknown !== undefined)
    throw new ShapeError(
      `${graph.name}: no input '${unknown}', should be one of ${graph.inputs.map((x) => x.name).join(', ')}`,
    );
  const shapes = new Map<Node, Shape>();
  for (const node of graph.nodes) {
    const rule = KINDS[node.kind] as Kind<unknown>;
    const given = node.kind === 'input' ? [inputs[node.name]] : node.inputs.map((x) => shapes.get(x));
    shapes.set(
      node,
      rule.shape(
        node.name,
        given.filter((s) => s !== undefined),
        node.attrs,
      ),
    );
  }
  return shapes;
}
