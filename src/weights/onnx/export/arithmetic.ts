import type { ArithmeticAttrs } from '../../../graph/kinds/arithmetic.js';
import type { BinaryOp } from '../../../ops/binary.js';
import type { Exporters, LayerExport } from './exporter.js';

const AXES = ['n', 'c', 'h', 'w'];

type Binary = string | ((e: LayerExport, a: string, b: string) => string);

/** A comparison, as 0 or 1. */
const compared =
  (op: string): Binary =>
  (e, a, b) =>
    e.cast(e.add(op, [a, b]), 'float32');

/** Logic of what is not 0, as 0 or 1. */
const logical =
  (op: string): Binary =>
  (e, a, b) =>
    e.cast(e.add(op, [e.cast(a, 'bool'), e.cast(b, 'bool')]), 'float32');

const BINARY: Readonly<Record<BinaryOp, Binary>> = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  max: 'Max',
  min: 'Min',
  pow: 'Pow',
  // ONNX has Python's rule for whole numbers alone.
  mod: (e, a, b) => e.add('Sub', [a, e.add('Mul', [b, e.add('Floor', [e.add('Div', [a, b])])])]),
  fmod: (e, a, b) => e.add('Mod', [a, b], { fmod: 1 }),
  equal: compared('Equal'),
  less: compared('Less'),
  greater: compared('Greater'),
  less_or_equal: compared('LessOrEqual'),
  greater_or_equal: compared('GreaterOrEqual'),
  and: logical('And'),
  or: logical('Or'),
  xor: logical('Xor'),
  prelu: (e, a, b) => e.add('Where', [e.add('GreaterOrEqual', [a, e.number(0)]), a, e.add('Mul', [a, b])]),
};

/** log_sum as ReduceLogSum. */
const reduction = (op: string): string =>
  `Reduce${op
    .split('_')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('')}`;

/** Axes of ReduceSum are an input, of the others from opset 18 on. */
function reduce(e: LayerExport, op: string, axes: readonly number[]): string {
  if (op === 'sum' || e.to.opset >= 18) return e.add(reduction(op), [e.x, e.ints(axes)], { keepdims: 1 });
  return e.add(reduction(op), [e.x], { axes, keepdims: 1 });
}

export const ARITHMETIC: Exporters<ArithmeticAttrs> = {
  binary(e, { op }) {
    const written = BINARY[op];
    const [a, b] = e.inputs as [string, string];
    return typeof written === 'string' ? e.add(written, [a, b]) : written(e, a, b);
  },
  select(e) {
    const [test, a, b] = e.inputs as [string, string, string];
    return e.add('Where', [e.cast(test, 'bool'), a, b]);
  },
  reduce: (e, { op, axes }) =>
    reduce(
      e,
      op,
      axes.map((axis) => AXES.indexOf(axis)),
    ),
  argmax: (e, { last = false, min = false }) =>
    e.cast(
      e.add(min ? 'ArgMin' : 'ArgMax', [e.x], { axis: 1, keepdims: 1, select_last_index: Number(last) }),
      'float32',
    ),
  one_hot(e, { depth, ignore = null }) {
    const label = e.add('Round', [e.x]);
    const fromEnd = e.add('Where', [
      e.add('Less', [label, e.number(0)]),
      e.add('Add', [label, e.number(depth)]),
      label,
    ]);
    const classes = e.floats(
      'classes',
      Float32Array.from({ length: depth }, (_, i) => i),
      [depth, 1, 1],
    );
    const hit = e.add('Equal', [fromEnd, classes]);
    if (ignore === null) return e.cast(hit, 'float32');
    const counts = e.add('Not', [e.add('Equal', [label, e.number(ignore)])]);
    return e.cast(e.add('And', [hit, counts]), 'float32');
  },
};
