import type { BinaryOp } from '../../src/ops/binary.js';
import type { ReduceOptions } from '../../src/ops/reduce.js';
import type { Shape } from '../../src/shape.js';

const AXES = ['n', 'c', 'h', 'w'] as const;
type Index = Readonly<Record<(typeof AXES)[number], number>>;

/** The place of [n, c, h, w] in planar data; an axis of size 1 is repeated. */
export const at = ({ n, c, h, w }: Shape, i: Index): number =>
  (((n === 1 ? 0 : i.n) * c + (c === 1 ? 0 : i.c)) * h + (h === 1 ? 0 : i.h)) * w + (w === 1 ? 0 : i.w);

/** Planar data of a shape, cell by cell. */
export const fill = ({ n, c, h, w }: Shape, value: (i: Index) => number): Float64Array =>
  Float64Array.from({ length: n * c * h * w }, (_, i) =>
    value({
      n: Math.floor(i / (c * h * w)),
      c: Math.floor(i / (h * w)) % c,
      h: Math.floor(i / w) % h,
      w: i % w,
    }),
  );

const BINARY: Readonly<Record<BinaryOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  max: Math.max,
  min: Math.min,
  pow: (a, b) => a ** b,
  mod: (a, b) => a - b * Math.floor(a / b),
  fmod: (a, b) => a % b,
  equal: (a, b) => Number(a === b),
  less: (a, b) => Number(a < b),
  greater: (a, b) => Number(a > b),
  less_or_equal: (a, b) => Number(a <= b),
  greater_or_equal: (a, b) => Number(a >= b),
  and: (a, b) => Number(a !== 0 && b !== 0),
  or: (a, b) => Number(a !== 0 || b !== 0),
  xor: (a, b) => Number((a !== 0) !== (b !== 0)),
  prelu: (a, b) => (a >= 0 ? a : a * b),
};

/** A map of planar data. */
export interface Planar {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** a op b; an axis of size 1 is repeated. */
export const binary = (op: BinaryOp, a: Planar, b: Planar, y: Shape): Float64Array =>
  fill(y, (i) => BINARY[op](a.data[at(a.shape, i)]!, b.data[at(b.shape, i)]!));

/** a where test is not 0, else b. */
export const select = (test: Planar, a: Planar, b: Planar, y: Shape): Float64Array =>
  fill(y, (i) => {
    const from = test.data[at(test.shape, i)] !== 0 ? a : b;
    return from.data[at(from.shape, i)]!;
  });

/** Axes reduced to size 1. */
export function reduce(x: Planar, { op, axes }: ReduceOptions, y: Shape): Float64Array {
  const lists = Array.from(
    fill(y, () => 0),
    (): number[] => [],
  );
  fill(x.shape, (i) => {
    const value = x.data[at(x.shape, i)]!;
    lists[at(y, i)]!.push(value);
    return value;
  });
  const size = axes.reduce((product, axis) => product * x.shape[axis], 1);
  const sum = (list: readonly number[], f = (v: number) => v) => list.reduce((total, v) => total + f(v), 0);
  const one: Readonly<Record<ReduceOptions['op'], (list: readonly number[]) => number>> = {
    sum: (list) => sum(list),
    mean: (list) => sum(list) / size,
    max: (list) => Math.max(...list),
    min: (list) => Math.min(...list),
    prod: (list) => list.reduce((product, v) => product * v, 1),
    l1: (list) => sum(list, Math.abs),
    l2: (list) => Math.sqrt(sum(list, (v) => v * v)),
    sum_square: (list) => sum(list, (v) => v * v),
    log_sum: (list) => Math.log(sum(list)),
  };
  return Float64Array.from(lists, one[op]);
}

/** The channel of the extreme value of each pixel. */
export const argmax = (x: Planar, { last = false, min = false }, y: Shape): Float64Array =>
  fill(y, (i) => {
    let best = 0;
    for (let c = 1; c < x.shape.c; c++) {
      const [now, was] = [c, best].map((k) => x.data[at(x.shape, { ...i, c: k })]!) as [number, number];
      if (min ? now < was : now > was) best = c;
      else if (last && now === was) best = c;
    }
    return best;
  });

/** 1 in the channel that each label names, from the end where it is negative; the label `ignore` names none. */
export const oneHot = (x: Planar, { ignore }: { ignore?: number | null }, y: Shape): Float64Array =>
  fill(y, (i) => {
    const label = x.data[at(x.shape, { ...i, c: 0 })]!;
    return Number(label !== ignore && i.c === (label < 0 ? label + y.c : label));
  });
