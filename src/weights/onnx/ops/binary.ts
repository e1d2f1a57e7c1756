import type { Attrs } from '../../../graph/kinds.js';
import type { Call, Operator } from '../call.js';
import { isFloat } from '../tensor.js';
import { isHost, type Value } from '../value.js';
import { alike, type Broadcast, binary, broadcast, maps, perChannel, scalar } from './broadcast.js';

/** The inputs where they meet; before opset 7 an attribute says where the second one's axes begin. */
function inputs(c: Call): Broadcast {
  const axis = c.opset < 7 && c.attribute('axis') !== undefined ? c.int('axis') : null;
  if (c.values.length !== 2) c.bad(`${c.values.length} inputs, should be 2`);
  return broadcast(c, c.values, axis);
}

/** x * factor[c] + summand[c]. */
function scaled(c: Call, b: Broadcast, weight: Float32Array, bias: Float32Array | null): Value {
  const dims = [weight.length];
  const node = c.to.add(
    'scale',
    [c.to.map(b.values[0]!)],
    { channels: weight.length, bias: bias !== null },
    { weight: { dims, data: weight }, ...(bias && { bias: { dims, data: bias } }) },
  );
  return c.holds(node, b.dims);
}

const ones = (like: Float32Array) => new Float32Array(like.length).fill(1);

const swapped = ({ values: [a, b], dims }: Broadcast): Broadcast => ({ values: [b!, a!], dims });

const isWhole = (b: Broadcast) => b.values.length === 2 && !b.values.some((v) => isHost(v.base)) && alike(b);

const add: Operator = (c) => {
  const b = inputs(c);
  if (isWhole(b)) return c.holds(c.to.add('sum', maps(c, b), {}), b.dims);
  for (const way of [b, swapped(b)]) {
    const k = perChannel(c, way);
    if (k) return scaled(c, way, ones(k), k);
  }
  return binary(c, 'add', b);
};

const sub: Operator = (c) => {
  const b = inputs(c);
  if (isWhole(b)) return c.holds(c.to.add('sum', maps(c, b), { coefficients: [1, -1] }), b.dims);
  const taken = perChannel(c, b);
  if (taken)
    return scaled(
      c,
      b,
      ones(taken),
      taken.map((v) => -v),
    );
  const from = perChannel(c, swapped(b));
  return from
    ? scaled(
        c,
        swapped(b),
        ones(from).map((v) => -v),
        from,
      )
    : binary(c, 'sub', b);
};

const mul: Operator = (c) => {
  const b = inputs(c);
  for (const way of [b, swapped(b)]) {
    const k = perChannel(c, way);
    if (k) return scaled(c, way, k, null);
  }
  return binary(c, 'mul', b);
};

/** Whole numbers divide as C's do. */
const div: Operator = (c) => {
  const b = inputs(c);
  if (!isFloat(c.value(0).type)) return c.apply(binary(c, 'div', b), { kind: 'trunc' });
  const k = perChannel(c, b)?.map((v) => 1 / v);
  return k?.every(Number.isFinite) ? scaled(c, b, k, null) : binary(c, 'div', b);
};

/** Two inputs; `type` of the result where it is not theirs. */
const plain =
  (op: Attrs['binary']['op'], type?: 'bool'): Operator =>
  (c) =>
    binary(c, op, inputs(c), type);

/** One input or more. */
const chain =
  (op: Attrs['binary']['op']): Operator =>
  (c) =>
    c.values.reduce((a, b) => binary(c, op, broadcast(c, [a, b])));

const sum =
  (mean: boolean): Operator =>
  (c) => {
    const n = c.inputs.length;
    const b = broadcast(c, c.values);
    if (alike(b)) {
      const coefficients = mean ? Array<number>(n).fill(1 / n) : null;
      return c.holds(c.to.add('sum', maps(c, b), coefficients ? { coefficients } : {}), b.dims);
    }
    const total = c.values.reduce((x, y) => binary(c, 'add', broadcast(c, [x, y])));
    return mean ? binary(c, 'mul', broadcast(c, [total, scalar(1 / n)])) : total;
  };

/** Slopes align at the last axis, before opset 7 at the channels. */
const prelu: Operator = (c) => {
  const [x, slope] = [c.value(0), c.value(1)];
  const lead = c.opset < 7 && slope.steps.length === 1 && x.steps.length > 1 ? 1 : null;
  const b = broadcast(c, [x, slope], lead);
  const k = perChannel(c, b, true);
  if (!k) return binary(c, 'prelu', b);
  const weight = { dims: [k.length], data: k };
  return c.holds(c.to.add('prelu', [c.to.map(x)], { channels: k.length }, { weight }), b.dims);
};

const where: Operator = (c) => {
  const b = broadcast(c, [c.value(0), c.value(1), c.value(2)]);
  return c.holds(c.to.add('select', maps(c, b), {}), b.dims, c.value(1).type);
};

/** Operators of several tensors, value by value. */
export const BINARY: readonly (readonly [string, Operator])[] = [
  ['Add', add],
  ['Sub', sub],
  ['Mul', mul],
  ['Div', div],
  ['Pow', plain('pow')],
  ['Mod', (c) => binary(c, c.flag('fmod') ? 'fmod' : 'mod', inputs(c))],
  ['Max', chain('max')],
  ['Min', chain('min')],
  ['Sum', sum(false)],
  ['Mean', sum(true)],
  ['Equal', plain('equal', 'bool')],
  ['Less', plain('less', 'bool')],
  ['Greater', plain('greater', 'bool')],
  ['LessOrEqual', plain('less_or_equal', 'bool')],
  ['GreaterOrEqual', plain('greater_or_equal', 'bool')],
  ['And', plain('and', 'bool')],
  ['Or', plain('or', 'bool')],
  ['Xor', plain('xor', 'bool')],
  ['PRelu', prelu],
  ['Where', where],
];
