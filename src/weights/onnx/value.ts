import type { Attrs } from '../../graph/kinds.js';
import type { Node } from '../../graph/node.js';
import { padding, pair, type Shape } from '../../shape.js';
import type { OnnxInfo } from './model.js';
import { type Dim, equalDims, free, product, times } from './size.js';
import type { OnnxTensor, OnnxType } from './tensor.js';

/** One axis of a tensor: its size, and how many elements of its base lie from one index to the next. */
export interface Step {
  readonly size: Dim;
  readonly stride: Dim;
}

/** Values known at import: shape arithmetic may hold sizes that are not. */
export interface Host {
  readonly data: ArrayLike<Dim>;
}

/** An input of the model: a map of the graph, unless an operator needs its values and they were given. */
export interface Given {
  readonly info: OnnxInfo;
  /** null where a run decides. */
  readonly dims: readonly (number | null)[];
  readonly tensor: OnnxTensor | null;
}

/**
 * A tensor: a way through the elements of a map in planar order, or of an array. Transposing, reshaping,
 * slicing and broadcasting change the way alone; nothing runs until an operator needs the elements in order.
 */
export interface Value {
  readonly type: OnnxType;
  readonly base: Node | Host | Given;
  readonly offset: Dim;
  readonly steps: readonly Step[];
}

export const isHost = (base: Value['base']): base is Host => 'data' in base;
export const isGiven = (base: Value['base']): base is Given => 'info' in base;

export const dimsOf = (v: Value): Dim[] => v.steps.map((s) => s.size);

type Axis = keyof Shape;

/** Which axes of a map a tensor's lie along, by rank: 1-D signals have height 1. */
const LAYOUT: readonly (readonly Axis[])[] = [[], ['c'], ['n', 'c'], ['n', 'c', 'w'], ['n', 'c', 'h', 'w']];

/** The axes of a map that hold a tensor of this rank; above 4, the middle ones share the height. */
export function axesOf(rank: number): readonly Axis[] {
  const middle = Array<Axis>(Math.max(0, rank - 3)).fill('h');
  return LAYOUT[rank] ?? ['n', 'c', ...middle, 'w'];
}

/** Sizes of the map that holds a tensor of these sizes. */
export function mapOf(dims: readonly Dim[]): Record<Axis, Dim> {
  const axes = axesOf(dims.length);
  const along = (axis: Axis) => product(dims.filter((_, i) => axes[i] === axis));
  return { n: along('n'), c: along('c'), h: along('h'), w: along('w') };
}

/** Axes of these sizes in row-major order. */
export function rowMajor(dims: readonly Dim[]): Step[] {
  let stride: Dim = 1;
  const steps: Step[] = [];
  for (const size of [...dims].reverse()) {
    steps.unshift({ size, stride });
    stride = times(stride, size);
  }
  return steps;
}

/** Whether the elements lie in row-major order without a gap, as many as the base has. */
export const inOrder = ({ base, offset, steps }: Value): boolean =>
  offset === 0 &&
  rowMajor(steps.map((s) => s.size)).every(
    ({ size, stride }, i) => equalDims(size, 1) || equalDims(stride, steps[i]!.stride),
  ) &&
  (isGiven(base) || equalDims(product(steps.map((s) => s.size)), elements(base)));

const elements = (base: Node | Host): Dim =>
  isHost(base) ? base.data.length : product(Object.values(sizes(base)));

/** The layer whose height and width this one has by construction. */
function sizeSource(node: Node): Node {
  const [x, like] = node.inputs;
  if (!x) return node;
  switch (node.kind) {
    case 'conv2d': {
      const { filter, options } = node.attrs as Attrs['conv2d'];
      const [stride, dilation] = [pair(options.stride ?? 1), pair(options.dilation ?? 1)];
      const [top, left, bottom, right] = padding(options.pad ?? 0);
      const keeps = (i: 0 | 1, pads: number) =>
        stride[i] === 1 && pads === dilation[i] * (filter.kernel[i] - 1);
      return keeps(0, top + bottom) && keeps(1, left + right) && !options.pool ? sizeSource(x) : node;
    }
    case 'crop':
    case 'resize_to':
      return sizeSource(like!);
    default:
      return SAME_SIZE.has(node.kind) ? sizeSource(x) : node;
  }
}

const SAME_SIZE: ReadonlySet<string> = new Set([
  'activation',
  'prelu',
  'scale',
  'batch_norm',
  'lrn',
  'softmax',
  'sum',
  'crop_sum',
  'argmax',
  'one_hot',
]);

/** Sizes of a map; those that a run decides are symbols. */
export function sizes(node: Node): Record<Axis, Dim> {
  const { name } = sizeSource(node);
  return {
    n: node.batch ?? free('n'),
    c: node.channels,
    h: node.size?.[0] ?? free(`h:${name}`),
    w: node.size?.[1] ?? free(`w:${name}`),
  };
}

/** The tensor of this rank that a map holds. */
export function held(node: Node, rank: number, type: OnnxType): Value {
  const all = sizes(node);
  const steps = rowMajor([all.n, all.c, all.h, all.w]);
  const at = { n: 0, c: 1, h: 2, w: 3 };
  return { type, base: node, offset: 0, steps: axesOf(rank).map((axis) => steps[at[axis]]!) };
}

/** A tensor of known values. */
export const host = (type: OnnxType, dims: readonly number[], data: ArrayLike<Dim>): Value => ({
  type,
  base: { data },
  offset: 0,
  steps: rowMajor(dims),
});
