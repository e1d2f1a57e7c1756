import { UnsupportedError } from '../errors.js';
import { filterMap } from '../lower/given_filter.js';
import { innerProductFilter } from '../ops/inner_product.js';
import type { Shape } from '../shape.js';
import type { Graph } from './builder.js';
import type { Node } from './node.js';
import { type Parameter, parameters } from './parameters.js';
import { rewrite } from './rewrite.js';

/** A layer that thins out another's map while a net learns. */
export interface Dropout {
  /** The layer whose map it thins out. */
  readonly layer: string;
  /** Probability with which a value is dropped. */
  readonly ratio: number;
}

/** What of a graph learns, and how it differs while it does. */
export interface TrainableOptions {
  /** Whether a tensor of the graph's learns, by name. */
  readonly learns: (parameter: string) => boolean;
  readonly dropouts?: readonly Dropout[];
  /** Whether batch norms take their stored statistics instead of the batch's. */
  readonly frozenNorms?: boolean;
}

/** A graph whose tensors that learn are inputs. */
export interface Trainable {
  readonly graph: Graph;
  /** Each tensor that is an input now, by its name, which is also the input's. */
  readonly given: ReadonlyMap<string, GivenParameter>;
  /** Batch norms that take the batch's statistics, the layers `batchMean` and `batchVariance` of their names. */
  readonly norms: readonly string[];
}

/** A tensor that a run is given. */
export interface GivenParameter {
  readonly parameter: Parameter;
  readonly learns: boolean;
  /** Its sizes as a map: a filter's four, or [1, channels, 1, 1]. */
  readonly shape: Shape;
}

/** The layers that make a batch norm's statistics. */
export const batchMean = (norm: string): string => `${norm} mean`;
export const batchVariance = (norm: string): string => `${norm} variance`;

/** The input of random numbers: the seed's two words, the number of the draw, 0, as u32. */
export const COUNTER = 'counter';

/** That input, added where it is needed first. */
export const counterOf = (g: Graph): Node =>
  g.has(COUNTER) ? g.node(COUNTER) : g.input(COUNTER, 4, [1, 1], 1);

/** Dropouts draw other numbers than losses, whose streams count from 0. */
const DROPOUT_STREAMS = 2 ** 16;

/**
 * Turns the tensors that learn into inputs of the graph, as maps. Layers behind them take theirs as inputs too
 * where a gradient goes back through them; those before all that learns stay as they are, with weights of their
 * own that are packed once.
 */
export function trainable(graph: Graph, o: TrainableOptions): Trainable {
  const { learns, dropouts = [], frozenNorms = false } = o;
  const own = parameters(graph);
  const given = new Map<string, GivenParameter>();
  const norms: string[] = [];
  const carries = new Set<Node>();
  for (const { layer } of dropouts) graph.node(layer);
  const made = rewrite(graph, (g, node, inputs) => {
    const tensors = own.filter((p) => p.node === node);
    const learned = tensors.filter((p) => p.learned && learns(p.name));
    const take = (part: string, shape: Shape): Node => {
      const name = `${node.name}.${part}`;
      const parameter = tensors.find((p) => p.name === name)!;
      given.set(name, { parameter, learns: learned.includes(parameter), shape });
      return g.input(name, shape.c, [shape.h, shape.w], shape.n);
    };
    let layer: Node;
    if (learned.length > 0 || node.inputs.some((x) => carries.has(x))) {
      carries.add(node);
      if (node.kind === 'batch_norm' && !frozenNorms) norms.push(node.name);
      layer = withGiven(g, node, inputs, { take, frozenNorms });
    } else layer = g.add(node.kind, node.name, inputs, node.attrs);
    for (const [i, { layer: of, ratio }] of dropouts.entries()) {
      if (of !== node.name) continue;
      const attrs = { ratio, stream: DROPOUT_STREAMS + i };
      layer = g.add('dropout', `${of} dropout ${i}`, [layer, counterOf(g)], attrs);
    }
    return layer;
  });
  return { graph: made, given, norms };
}

const is = <K extends Node['kind']>(node: Node, kind: K): node is Node<K> => node.kind === kind;
const vector = (c: number): Shape => ({ n: 1, c, h: 1, w: 1 });

/** The layer with its tensors as inputs, which `take` adds. */
function withGiven(
  g: Graph,
  node: Node,
  inputs: readonly Node[],
  { take, frozenNorms }: { take: (part: string, shape: Shape) => Node; frozenNorms: boolean },
): Node {
  const { name } = node;
  const [x] = inputs as [Node];
  if (is(node, 'conv2d') || is(node, 'conv_transpose2d')) {
    const { filter, bias } = node.attrs;
    const tensors = [take('weight', filterMap(filter)), ...(bias ? [take('bias', vector(filter.out))] : [])];
    return is(node, 'conv2d')
      ? g.add('conv2d_given', name, [x, ...tensors], node.attrs)
      : g.add('conv_transpose2d_given', name, [x, ...tensors], node.attrs);
  }
  // An inner product over a map is a convolution by a window of the map's size, with the same numbers.
  if (is(node, 'inner_product')) {
    const { x: size, out, bias, relu } = node.attrs;
    const filter = { ...innerProductFilter(size, out), in: size.c, kernel: [size.h, size.w] as const };
    const tensors = [take('weight', filterMap(filter)), ...(bias ? [take('bias', vector(out))] : [])];
    return g.add('conv2d_given', name, [x, ...tensors], { filter, options: { relu }, bias });
  }
  if (is(node, 'prelu')) return g.add('prelu_given', name, [x, take('weight', vector(node.channels))], {});
  if (is(node, 'scale')) {
    const { channels, bias } = node.attrs;
    const weight = take('weight', vector(channels));
    if (!bias) return g.add('binary', name, [x, weight], { op: 'mul' });
    const scaled = g.add('binary', `${name} scaled`, [x, weight], { op: 'mul' });
    return g.add('binary', name, [scaled, take('bias', vector(channels))], { op: 'add' });
  }
  if (is(node, 'batch_norm')) {
    const { channels, epsilon } = node.attrs;
    const c = vector(channels);
    const axes = ['w', 'h', 'n'] as const;
    const stored = frozenNorms ? [take('running_mean', c), take('running_var', c)] : null;
    const mean = stored?.[0] ?? g.add('reduce', batchMean(name), [x], { op: 'mean', axes });
    const variance = stored?.[1] ?? g.add('variance', batchVariance(name), [x, mean], {});
    const tensors = [mean, variance, take('weight', c), take('bias', c)];
    return g.add('batch_norm_given', name, [x, ...tensors], { epsilon, frozen: frozenNorms });
  }
  if (is(node, 'constant')) throw new UnsupportedError(`${name}: a constant that learns`);
  return g.add(node.kind, name, inputs, node.attrs);
}
