import type { Activation } from '../../../ops/activation.js';
import { type Call, type Operator, permuted } from '../call.js';
import { product } from '../size.js';
import { axesOf, dimsOf, type Value } from '../value.js';
import { binary, broadcast } from './broadcast.js';

/** The most likely index along an axis. */
const arg =
  (min: boolean): Operator =>
  (c) => {
    const v = c.value(0);
    const axis = c.axis(c.int('axis', 0), v.steps.length);
    const last = c.flag('select_last_index');
    const y = c.over(v, axis, (x) => c.to.add('argmax', [x], { last, min }), 'int64');
    return c.flag('keepdims', true) ? y : { ...y, steps: y.steps.filter((_, i) => i !== axis) };
  };

/** 1 at the first of the largest values along an axis; before opset 13 along all axes from this one on. */
const hardmax: Operator = (c) => {
  const v = c.value(0);
  const dims = dimsOf(v);
  const axis = c.axis(c.int('axis', c.opset < 13 ? 1 : -1), dims.length);
  const flat = c.opset < 13 ? c.reshaped(v, [product(dims.slice(0, axis)), product(dims.slice(axis))]) : v;
  const y = c.over(flat, c.opset < 13 ? 1 : axis, (x) =>
    c.to.add('one_hot', [c.to.add('argmax', [x], {})], { depth: x.channels }),
  );
  return c.opset < 13 ? c.reshaped(y, dims) : y;
};

/** Each reduction, and what it does to a value of its own. */
const REDUCTIONS = {
  ReduceSum: ['sum', null],
  ReduceMean: ['mean', null],
  ReduceMax: ['max', null],
  ReduceMin: ['min', null],
  ReduceProd: ['prod', null],
  ReduceL1: ['l1', { kind: 'abs' }],
  ReduceL2: ['l2', { kind: 'abs' }],
  ReduceSumSquare: ['sum_square', { kind: 'square' }],
  ReduceLogSum: ['log_sum', { kind: 'log' }],
} as const satisfies Readonly<Record<string, readonly [string, Activation | null]>>;

type Reduction = (typeof REDUCTIONS)[keyof typeof REDUCTIONS];

/** Which axes the operator reduces; none where it is asked to keep them. */
function reducedAxes(c: Call): ReadonlySet<number> {
  const rank = c.value(0).steps.length;
  const list = c.list('axes', 1) ?? [];
  if (list.length === 0) return new Set(c.flag('noop_with_empty_axes') ? [] : Array(rank).keys());
  return new Set(list.map((axis) => c.axis(axis, rank)));
}

/** The tensor with the axes of size 1. */
export function reduced(c: Call, v: Value, [op, alone]: Reduction, over: ReadonlySet<number>): Value {
  const dims = dimsOf(v);
  if (over.size === 0) return alone ? c.apply(v, alone) : v;
  if (dims.length > 4) {
    // What stays becomes the images, what goes the channels.
    const order = [...dims.keys()].sort((a, b) => Number(over.has(a)) - Number(over.has(b)));
    const kept = dims.map((d, i) => (over.has(i) ? 1 : d));
    const sizes = [product(kept), product(dims.filter((_, i) => over.has(i)))];
    const flat = c.reshaped(permuted(v, order), sizes);
    return c.reshaped(c.holds(c.to.add('reduce', [c.to.map(flat)], { op, axes: ['c'] }), 2), kept);
  }
  const axes = axesOf(dims.length).filter((_, i) => over.has(i));
  return c.holds(c.to.add('reduce', [c.to.map(v)], { op, axes }), dims.length);
}

/** Keeps the axes of size 1, or drops them, as the operator says. */
const keepingDims = (c: Call, v: Value, over: ReadonlySet<number>): Value =>
  c.flag('keepdims', true) ? v : { ...v, steps: v.steps.filter((_, i) => !over.has(i)) };

const reduce =
  (op: Reduction): Operator =>
  (c) => {
    const over = reducedAxes(c);
    return keepingDims(c, reduced(c, c.value(0), op, over), over);
  };

/** log(sum(exp(x))) = m + log(sum(exp(x - m))) with the largest m, so that nothing overflows. */
const reduceLogSumExp: Operator = (c) => {
  const over = reducedAxes(c);
  const most = reduced(c, c.value(0), REDUCTIONS.ReduceMax, over);
  const less = c.apply(binary(c, 'sub', broadcast(c, [c.value(0), most])), { kind: 'exp' });
  const logs = reduced(c, less, REDUCTIONS.ReduceLogSum, over);
  return keepingDims(c, binary(c, 'add', broadcast(c, [logs, most])), over);
};

/** x over its norm along an axis. */
const lpNormalization: Operator = (c) => {
  const v = c.value(0);
  const over = new Set([c.axis(c.int('axis', -1), v.steps.length)]);
  const norm = reduced(c, v, c.int('p', 2) === 1 ? REDUCTIONS.ReduceL1 : REDUCTIONS.ReduceL2, over);
  return binary(c, 'div', broadcast(c, [v, norm]));
};

/** Operators that look along axes. */
export const REDUCE: readonly (readonly [string, Operator])[] = [
  ['ArgMax', arg(false)],
  ['ArgMin', arg(true)],
  ['Hardmax', hardmax],
  ['LpNormalization', lpNormalization],
  ['ReduceLogSumExp', reduceLogSumExp],
  ...Object.entries(REDUCTIONS).map(([name, op]) => [name, reduce(op)] as const),
];
