import { type Call, type Operator, permuted } from '../call.js';
import { type Dim, product } from '../size.js';
import { dimsOf, host, type Value } from '../value.js';
import { binary, broadcast } from './broadcast.js';
import { checkSpatial, windowOf } from './windows.js';

/** ONNX drops a last window that would start beyond the image and its leading padding, as Caffe does. */
function poolOf(c: Call) {
  checkSpatial(c);
  const ceil = c.int('ceil_mode', 0) === 1;
  return { ...windowOf(c), ceil, clip: ceil };
}

/** ONNX's positions count over the whole tensor, a map's over its plane. */
function position(c: Call, planes: Value, x: readonly Dim[]): Value {
  const [n, channels, ...spatial] = x;
  const size = product(spatial);
  if (typeof n !== 'number' || typeof channels !== 'number' || typeof size !== 'number')
    return c.unsupported('positions in a tensor whose size a run decides; give the sizes of the inputs');
  if (n * channels * size > 2 ** 24) c.unsupported(`positions up to ${n * channels * size}, at most 2^24`);
  const starts = Float64Array.from({ length: n * channels }, (_, i) => i * size);
  const first = host('int64', [n, channels, ...spatial.map(() => 1)], starts);
  return binary(c, 'add', broadcast(c, [planes, first]), 'int64');
}

const maxPool: Operator = (c) => {
  const o = poolOf(c);
  const order = c.int('storage_order', 0) ? 'column' : 'row';
  const rank = c.dims(0).length;
  const y = c.holds(c.to.add('max_pool', [c.map(0)], o), rank);
  if (!c.node.outputs[1]) return y;
  const planes = c.holds(c.to.add('max_pool_index', [c.map(0)], { ...o, order }), rank, 'int64');
  return [y, position(c, planes, c.dims(0))];
};

const averagePool: Operator = (c) => {
  const o = { ...poolOf(c), countPad: c.int('count_include_pad', 0) === 1 };
  return c.holds(c.to.add('avg_pool', [c.map(0)], o), c.dims(0).length);
};

const globalAveragePool: Operator = (c) => {
  checkSpatial(c);
  return c.holds(c.to.add('global_avg_pool', [c.map(0)], {}), c.dims(0).length);
};

const globalMaxPool: Operator = (c) => {
  checkSpatial(c);
  return c.holds(c.to.add('reduce', [c.map(0)], { op: 'max', axes: ['h', 'w'] }), c.dims(0).length);
};

/** Positions count in the tensor that the pool read; a larger one is that with zeros behind it. */
const maxUnpool: Operator = (c) => {
  checkSpatial(c);
  const { kernel, stride, pad } = windowOf(c);
  const x = c.dims(0);
  const size = ([0, 1] as const).map((i) => {
    const have = x.length === 3 && i === 0 ? 1 : x.at(i - 2)!;
    if (typeof have !== 'number')
      return c.unsupported('a size that a run decides; give the sizes of the inputs');
    return (have - 1) * stride[i] + kernel[i] - pad[i] - pad[i + 2]!;
  }) as unknown as readonly [number, number];
  const y = c.to.add('max_unpool', [c.map(0), c.map(1)], { size });
  const wanted = c.has(2) ? c.numbers(2, 'output_shape') : null;
  if (!wanted) return c.holds(y, x.length);
  const [h, w] = x.length === 3 ? [1, wanted.at(-1)!] : [wanted.at(-2)!, wanted.at(-1)!];
  const after = [0, 0, h! - size[0], w - size[1]] as const;
  return c.holds(c.to.add('pad', [y], { before: [0, 0, 0, 0], after, mode: 'constant', value: 0 }), x.length);
};

/** The most likely index along an axis. */
const arg =
  (min: boolean): Operator =>
  (c) => {
    const v = c.value(0);
    const axis = c.axis(c.int('axis', 0), v.steps.length);
    const last = c.int('select_last_index', 0) === 1;
    const y = c.over(v, axis, (x) => c.to.add('argmax', [x], { last, min }), 'int64');
    return c.int('keepdims', 1) ? y : { ...y, steps: y.steps.filter((_, i) => i !== axis) };
  };

const REDUCTIONS = {
  ReduceSum: 'sum',
  ReduceMean: 'mean',
  ReduceMax: 'max',
  ReduceMin: 'min',
  ReduceProd: 'prod',
  ReduceL1: 'l1',
  ReduceL2: 'l2',
  ReduceSumSquare: 'sum_square',
  ReduceLogSum: 'log_sum',
} as const;

const AXES = [[], ['c'], ['n', 'c'], ['n', 'c', 'w'], ['n', 'c', 'h', 'w']] as const;

type Reduction = (typeof REDUCTIONS)[keyof typeof REDUCTIONS];

/** Which axes the operator reduces; null where it passes its input on. */
function reducedAxes(c: Call): ReadonlySet<number> | null {
  const rank = c.value(0).steps.length;
  const list = c.list('axes', 1) ?? [];
  if (list.length === 0 && c.int('noop_with_empty_axes', 0)) return null;
  return new Set(list.length === 0 ? Array(rank).keys() : list.map((axis) => c.axis(axis, rank)));
}

/** The tensor with the axes of size 1. */
function reduced(c: Call, v: Value, op: Reduction, over: ReadonlySet<number>): Value {
  const dims = dimsOf(v);
  if (dims.length > 4) {
    // What stays becomes the images, what goes the channels.
    const order = [...dims.keys()].sort((a, b) => Number(over.has(a)) - Number(over.has(b)));
    const kept = dims.map((d, i) => (over.has(i) ? 1 : d));
    const sizes = [product(kept), product(dims.filter((_, i) => over.has(i)))];
    const flat = c.reshaped(permuted(v, order), sizes);
    return c.reshaped(c.holds(c.to.add('reduce', [c.to.map(flat)], { op, axes: ['c'] }), 2), kept);
  }
  const axes = AXES[dims.length]!.filter((_, i) => over.has(i));
  return c.holds(c.to.add('reduce', [c.to.map(v)], { op, axes }), dims.length);
}

/** Keeps the axes of size 1, or drops them, as the operator says. */
const keepingDims = (c: Call, v: Value, over: ReadonlySet<number>): Value =>
  c.int('keepdims', 1)
    ? v
    : c.reshaped(
        v,
        dimsOf(v).filter((_, i) => !over.has(i)),
      );

const reduce =
  (op: Reduction): Operator =>
  (c) => {
    const over = reducedAxes(c);
    return over ? keepingDims(c, reduced(c, c.value(0), op, over), over) : c.value(0);
  };

/** log(sum(exp(x))) = m + log(sum(exp(x - m))) with the largest m, so that nothing overflows. */
const reduceLogSumExp: Operator = (c) => {
  const over = reducedAxes(c);
  if (!over) return c.value(0);
  const most = reduced(c, c.value(0), 'max', over);
  const less = c.apply(binary(c, 'sub', broadcast(c, [c.value(0), most])), { kind: 'exp' });
  const sum = binary(c, 'add', broadcast(c, [reduced(c, less, 'log_sum', over), most]));
  return keepingDims(c, sum, over);
};

/** Pools, and what reduces axes. */
export const POOL: readonly (readonly [string, Operator])[] = [
  ['MaxPool', maxPool],
  ['AveragePool', averagePool],
  ['GlobalAveragePool', globalAveragePool],
  ['GlobalMaxPool', globalMaxPool],
  ['MaxUnpool', maxUnpool],
  ['ArgMax', arg(false)],
  ['ArgMin', arg(true)],
  ['ReduceLogSumExp', reduceLogSumExp],
  ...Object.entries(REDUCTIONS).map(([name, op]) => [name, reduce(op)] as const),
];
