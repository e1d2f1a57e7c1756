import { UnsupportedError } from '../errors.js';
import { filterMap } from '../lower/given_filter.js';
import { innerProductFilter } from '../ops/inner_product.js';
import type { Shape } from '../shape.js';
import type { Graph } from './builder.js';
import type { Node } from './node.js';
import { type Parameter, parameters } from './parameters.js';
import { rewrite } from './rewrite.js';

/** What of a graph learns. */
export interface TrainableOptions {
  /** Whether a tensor of the graph's learns, by name. */
  readonly learns: (parameter: string) => boolean;
}

/** A graph whose tensors that learn are inputs. */
export interface Trainable {
  readonly graph: Graph;
  /** Each tensor that is an input now, by its name, which is also the input's. */
  readonly given: ReadonlyMap<string, GivenParameter>;
}

/** A tensor that a run is given. */
export interface GivenParameter {
  readonly parameter: Parameter;
  readonly learns: boolean;
  /** Its sizes as a map: a filter's four, or [1, channels, 1, 1]. */
  readonly shape: Shape;
}

/**
 * Turns the tensors that learn into inputs of the graph, as maps. Layers behind them take theirs as inputs too
 * where a gradient goes back through them; those before all that learns stay as they are, with weights of their
 * own that are packed once.
 */
export function trainable(graph: Graph, { learns }: TrainableOptions): Trainable {
  const all = parameters(graph);
  const given = new Map<string, GivenParameter>();
  const carries = new Set<Node>();
  const made = rewrite(graph, (g, node, inputs) => {
    const tensors = all.filter((p) => p.node === node);
    const learned = tensors.filter((p) => p.learned && learns(p.name));
    if (learned.length === 0 && !node.inputs.some((x) => carries.has(x)))
      return g.add(node.kind, node.name, inputs, node.attrs);
    carries.add(node);
    const take = (part: string, shape: Shape): Node => {
      const name = `${node.name}.${part}`;
      const parameter = tensors.find((p) => p.name === name)!;
      given.set(name, { parameter, learns: learned.includes(parameter), shape });
      return g.input(name, shape.c, [shape.h, shape.w], shape.n);
    };
    return withGiven(g, node, inputs, take);
  });
  return { graph: made, given };
}

const is = <K extends Node['kind']>(node: Node, kind: K): node is Node<K> => node.kind === kind;
const vector = (c: number): Shape => ({ n: 1, c, h: 1, w: 1 });

/** The layer with its tensors as inputs, which `take` adds. */
function withGiven(
  g: Graph,
  node: Node,
  inputs: readonly Node[],
  take: (part: string, shape: Shape) => Node,
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
  if (is(node, 'prelu'))
    return g.add('binary', name, [x, take('weight', vector(node.channels))], { op: 'prelu' });
  if (is(node, 'scale')) {
    const { channels, bias } = node.attrs;
    const weight = take('weight', vector(channels));
    if (!bias) return g.add('binary', name, [x, weight], { op: 'mul' });
    const scaled = g.add('binary', `${name} scaled`, [x, weight], { op: 'mul' });
    return g.add('binary', name, [scaled, take('bias', vector(channels))], { op: 'add' });
  }
  if (is(node, 'batch_norm') || is(node, 'constant'))
    throw new UnsupportedError(`${name}: a ${node.kind} that learns`);
  return g.add(node.kind, name, inputs, node.attrs);
}
