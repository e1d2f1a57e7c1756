import type { Call } from './call.js';
import { type Dim, equalDims, over, sum, times } from './size.js';
import { count, isFloat, type OnnxType, typedArray } from './tensor.js';
import { host, type Value } from './value.js';

// Operators over values that are known at import: the arithmetic of shapes, which so falls away. Sizes that
// a run decides pass through what keeps their meaning.

type Known = { readonly dims: readonly number[]; readonly data: ArrayLike<Dim> };

const isNumber = (d: Dim): d is number => typeof d === 'number';

/** An array of the type's own kind, or a plain one where sizes are free. */
function pack(type: OnnxType, dims: readonly number[], data: readonly Dim[]): Value {
  if (!data.every(isNumber)) return host(type, dims, data);
  const array = typedArray(type, data.length);
  array.set(data as readonly number[]);
  return host(type, dims, array);
}

/** Sizes of tensors that meet value by value; axes align at the last. */
function broadcastDims(c: Call, all: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...all.map((d) => d.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = all.map((d) => d[i - rank + d.length] ?? 1);
    const size = sizes.find((s) => s !== 1) ?? 1;
    if (sizes.some((s) => s !== 1 && s !== size))
      c.bad(`sizes ${all.map((d) => `[${d.join(', ')}]`).join(' and ')}, should be equal or 1`);
    return size;
  });
}

/** f over every place of the broadcast inputs. */
function zip(c: Call, f: (...xs: Dim[]) => Dim, type?: OnnxType): Value {
  const known = c.inputs.map((_, i) => c.known(i, 'values'));
  const dims = broadcastDims(
    c,
    known.map((k) => k.dims),
  );
  const size = c.to.affordable(dims);
  const strides = known.map((k) => {
    let stride = 1;
    const found = dims.map(() => 0);
    for (let i = dims.length - 1, j = k.dims.length - 1; j >= 0; i--, j--) {
      if (k.dims[j] !== 1) found[i] = stride;
      stride *= k.dims[j]!;
    }
    return found;
  });
  const data = Array.from({ length: size }, (_, i) => {
    const at = known.map(() => 0);
    for (let k = dims.length - 1, rest = i; k >= 0; rest = Math.floor(rest / dims[k]!), k--)
      for (let j = 0; j < at.length; j++) at[j]! += (rest % dims[k]!) * strides[j]![k]!;
    return f(...known.map((k, j) => k.data[at[j]!]!));
  });
  return pack(type ?? c.value(c.inputs.length - 1).type, dims, data);
}

type Fold = (c: Call) => Value;

const unknown = (c: Call): never => c.unsupported('a size that a run decides; give the sizes of the inputs');

/** An operator over numbers; `free` says what it does with sizes that a run decides, if anything. */
const arithmetic =
  (
    f: (ints: boolean, ...xs: number[]) => number,
    type?: OnnxType,
    free: (...xs: Dim[]) => Dim | null = () => null,
  ): Fold =>
  (c) => {
    const ints = !isFloat(c.value(0).type);
    return zip(
      c,
      (...xs) => (xs.every(isNumber) ? f(ints, ...(xs as number[])) : (free(...xs) ?? unknown(c))),
      type,
    );
  };

/** A size is at least 1, so it is not 0 or -1, the marks of Reshape and Expand. */
const isMark = (d: Dim) => isNumber(d) && d <= 0;

const compare = (f: (a: number, b: number) => boolean, freeAbove: boolean): Fold =>
  arithmetic(
    (_ints, a, b) => Number(f(a!, b!)),
    'bool',
    (a, b) => (isMark(b!) ? Number(freeAbove) : isMark(a!) ? Number(!freeAbove) : null),
  );

/** One value joined with those before it, from where, and what becomes of the result of n of them. */
interface Reduction {
  readonly start: number;
  join(total: number, value: number): number;
  end?(total: number, n: number): number;
}

const SUM: Reduction = { start: 0, join: (a, b) => a + b };

const REDUCTIONS: Readonly<Record<string, Reduction>> = {
  ReduceSum: SUM,
  ReduceMean: { ...SUM, end: (total, n) => total / n },
  ReduceProd: { start: 1, join: (a, b) => a * b },
  ReduceMax: { start: Number.NEGATIVE_INFINITY, join: Math.max },
  ReduceMin: { start: Number.POSITIVE_INFINITY, join: Math.min },
  ReduceL1: { start: 0, join: (a, b) => a + Math.abs(b) },
  ReduceL2: { start: 0, join: (a, b) => a + b * b, end: Math.sqrt },
  ReduceSumSquare: { start: 0, join: (a, b) => a + b * b },
  ReduceLogSum: { ...SUM, end: Math.log },
  ReduceLogSumExp: { start: 0, join: (a, b) => a + Math.exp(b), end: Math.log },
};

/** A reduction over axes; over none of them it is a function of each value. */
const reduce =
  ({ start, join, end = (total) => total }: Reduction): Fold =>
  (c) => {
    const { dims, data } = c.known(0, 'values');
    const list = c.list('axes', 1) ?? [];
    const keeps = c.flag('keepdims', true);
    const all = list.length === 0 && !c.flag('noop_with_empty_axes');
    const axes = new Set(all ? dims.keys() : list.map((axis) => c.axis(axis, dims.length)));
    const kept = dims.map((d, i) => (axes.has(i) ? 1 : d));
    const sums = Array<number>(c.to.affordable(kept)).fill(start);
    for (let i = 0; i < data.length; i++) {
      let at = 0;
      let stride = 1;
      for (let k = dims.length - 1, rest = i; k >= 0; rest = Math.floor(rest / dims[k]!), k--) {
        if (!axes.has(k)) at += (rest % dims[k]!) * stride;
        stride *= kept[k]!;
      }
      const value = data[i]!;
      sums[at] = join(sums[at]!, isNumber(value) ? value : unknown(c));
    }
    const each = sums.length ? data.length / sums.length : 0;
    const out = keeps ? kept : dims.filter((_, i) => !axes.has(i));
    return pack(
      c.value(0).type,
      out,
      sums.map((total) => end(total, each)),
    );
  };

function concat(c: Call): Value {
  const known = c.values.map((_, i) => c.known(i, 'values')) as Known[];
  const { dims } = known[0]!;
  const axis = c.axis(c.int('axis', 1), dims.length);
  for (const k of known)
    if (k.dims.length !== dims.length || k.dims.some((d, i) => i !== axis && d !== dims[i]))
      c.bad(`sizes [${k.dims.join(', ')}] beside [${dims.join(', ')}], should agree off axis ${axis}`);
  const length = known.reduce((sum, k) => sum + k.dims[axis]!, 0);
  const joined = dims.with(axis, length);
  c.to.affordable(joined);
  const outer = count(dims.slice(0, axis));
  const data: Dim[] = [];
  for (let o = 0; o < outer; o++)
    for (const k of known) {
      const run = k.data.length / outer;
      for (let i = 0; i < run; i++) data.push(k.data[o * run + i]!);
    }
  return pack(c.value(0).type, joined, data);
}

function gather(c: Call): Value {
  const { dims, data } = c.known(0, 'values');
  const at = c.known(1, 'indices');
  const axis = c.axis(c.int('axis', 0), dims.length);
  const [outer, inner] = [count(dims.slice(0, axis)), count(dims.slice(axis + 1))];
  c.to.affordable([outer, at.data.length, inner]);
  const found: Dim[] = [];
  for (let o = 0; o < outer; o++)
    for (const index of c.numbers(1, 'indices')) {
      const i = c.axis(index, dims[axis]!);
      for (let k = 0; k < inner; k++) found.push(data[(o * dims[axis]! + i) * inner + k]!);
    }
  return pack(c.value(0).type, [...dims.slice(0, axis), ...at.dims, ...dims.slice(axis + 1)], found);
}

/** By operator. */
export const FOLDS: ReadonlyMap<string, Fold> = new Map<string, Fold>([
  [
    'Add',
    arithmetic(
      (_i, a, b) => a! + b!,
      undefined,
      (a, b) => sum(a!, b!),
    ),
  ],
  [
    'Sub',
    arithmetic(
      (_i, a, b) => a! - b!,
      undefined,
      (a, b) => (isNumber(b!) ? sum(a!, -b) : equalDims(a!, b!) ? 0 : null),
    ),
  ],
  [
    'Mul',
    arithmetic(
      (_i, a, b) => a! * b!,
      undefined,
      (a, b) => (isMark(a!) || isMark(b!) ? null : times(a!, b!)),
    ),
  ],
  [
    'Div',
    arithmetic(
      (ints, a, b) => (ints ? Math.trunc(a! / b!) : a! / b!),
      undefined,
      (a, b) => (isMark(b!) ? null : over(a!, b!)),
    ),
  ],
  ['Mod', arithmetic((_i, a, b) => a! - b! * Math.floor(a! / b!))],
  ['Pow', arithmetic((_i, a, b) => a! ** b!)],
  ['Min', arithmetic((_i, ...xs) => Math.min(...xs))],
  ['Max', arithmetic((_i, ...xs) => Math.max(...xs))],
  ['Neg', arithmetic((_i, a) => -a!)],
  ['Abs', arithmetic((_i, a) => Math.abs(a!))],
  ['Sqrt', arithmetic((_i, a) => Math.sqrt(a!))],
  [
    'Floor',
    arithmetic(
      (_i, a) => Math.floor(a!),
      undefined,
      (a) => a!,
    ),
  ],
  ['Ceil', arithmetic((_i, a) => Math.ceil(a!))],
  [
    'Not',
    arithmetic(
      (_i, a) => Number(!a),
      'bool',
      () => 0,
    ),
  ],
  ['And', arithmetic((_i, a, b) => Number(a && b), 'bool')],
  ['Or', arithmetic((_i, a, b) => Number(a || b), 'bool')],
  [
    'Equal',
    arithmetic(
      (_i, a, b) => Number(a === b),
      'bool',
      (a, b) => (isMark(a!) || isMark(b!) ? 0 : equalDims(a!, b!) ? 1 : null),
    ),
  ],
  ['Less', compare((a, b) => a < b, false)],
  ['LessOrEqual', compare((a, b) => a <= b, false)],
  ['Greater', compare((a, b) => a > b, true)],
  ['GreaterOrEqual', compare((a, b) => a >= b, true)],
  [
    'Where',
    arithmetic(
      (_i, cond, a, b) => (cond ? a! : b!),
      undefined,
      (cond, a, b) => (isNumber(cond!) ? (cond ? a! : b!) : null),
    ),
  ],
  ...Object.entries(REDUCTIONS).map(([name, reduction]) => [name, reduce(reduction)] as const),
  ['Concat', concat],
  ['Gather', gather],
]);
