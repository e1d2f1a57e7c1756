import { binary, matmul, reduce, select } from '../../src/engine/operators.js';
import { broadcastShape } from '../../src/lower/broadcast.js';
import { argmaxMap } from '../../src/ops/argmax_map.js';
import type { BinaryOp } from '../../src/ops/binary.js';
import { matmulShape } from '../../src/ops/matmul.js';
import { type OneHotOptions, oneHot } from '../../src/ops/one_hot.js';
import { type ReduceOptions, reduceShape } from '../../src/ops/reduce.js';
import * as reference from '../reference/arithmetic.js';
import { matmul as matmulTwin } from '../reference/tensor.js';
import { type Case, product, sumTolerance } from './case.js';
import { lowered, type MapCase, mapCase, type Size, shapeOf } from './maps.js';

/** What the check of a gradient has to know. */
interface Differentiated {
  readonly gradient?: Omit<MapCase['gradient'], 'add'>;
}

/** Kinks where values meet, which they then do not. */
const kinks = { kinks: true, values: (v: number) => v } as const;

function combined(
  name: string,
  op: BinaryOp,
  [a, b]: readonly [Size, Size],
  o: Partial<Pick<MapCase, 'values' | 'tolerance' | 'f16Tolerance'>> & Differentiated = {},
): Case {
  const y = broadcastShape(op, [shapeOf(a), shapeOf(b)]);
  return mapCase({
    op: 'binary',
    name: `${op}, ${name}`,
    maps: [a, b],
    y,
    tolerance: 0,
    ...o,
    gradient: { ...o.gradient, add: (g, maps) => g.add('binary', 'y', maps, { op }) },
    flops: y.n * y.c * y.h * y.w,
    reference: ([p, q]) => reference.binary(op, p!, q!, y),
    run: (on, [p, q], out) => void binary(on, op, p!, q!, out),
  });
}

/** -1, 0 or 1, so that values meet. */
const ties = (v: number): number => Math.round(v);
/** Quarters other than 0. */
const quarters = (v: number): number => (Math.round(16 * v) || 3) / 4;
/** Of [0.5, 1.5], as f16 holds it. */
const positive = (v: number): number => 0.5 + Math.round(256 * Math.abs(v)) / 256;

/** Remainders of numbers that are few times as large. */
const between = {
  kinks: true,
  values: (v: number, i: number) => (i === 0 ? 5 * v : v + Math.sign(v) / 2),
} as const;

const LOGIC: readonly BinaryOp[] = [
  'equal',
  'less',
  'greater',
  'less_or_equal',
  'greater_or_equal',
  'and',
  'or',
  'xor',
];

const binaryCases: readonly Case[] = [
  combined(
    'maps of one shape',
    'add',
    [
      [2, 7, 13, 11],
      [2, 7, 13, 11],
    ],
    { tolerance: sumTolerance(1) },
  ),
  combined(
    'a value for each pixel',
    'sub',
    [
      [2, 9, 7, 5],
      [2, 1, 7, 5],
    ],
    { tolerance: sumTolerance(1) },
  ),
  combined(
    'a value for each channel, and the first map repeated',
    'mul',
    [
      [1, 6, 1, 12],
      [3, 6, 9, 1],
    ],
    { tolerance: sumTolerance(1) },
  ),
  combined(
    'both repeated, on axes of their own',
    'max',
    [
      [1, 5, 8, 1],
      [2, 1, 1, 9],
    ],
    { gradient: kinks },
  ),
  combined(
    'one value',
    'min',
    [
      [2, 5, 6, 7],
      [1, 1, 1, 1],
    ],
    { gradient: kinks },
  ),
  // WGSL lets a quotient be off by 2.5 units in the last place.
  combined(
    'a row of one image',
    'div',
    [
      [2, 6, 5, 7],
      [1, 6, 1, 7],
    ],
    { values: (v, i) => (i === 0 ? v : positive(v)), tolerance: 4 * 2 ** -23 },
  ),
  // pow is exp2(y * log2(x)), and log2 near 1 is good to 2^-21 absolute.
  combined(
    'positive bases',
    'pow',
    [
      [2, 6, 5, 7],
      [2, 6, 5, 7],
    ],
    {
      values: (v, i) => (i === 0 ? positive(v) : Math.round(24 * v) / 8),
      tolerance: 2 ** -18,
      f16Tolerance: 2 ** -8,
    },
  ),
  combined(
    'negative bases and whole exponents',
    'pow',
    [
      [1, 7, 9, 5],
      [1, 7, 9, 5],
    ],
    {
      values: (v, i) => (i === 0 ? quarters(v) : Math.round(3 * v)),
      gradient: { of: ['a'] },
      tolerance: 2 ** -18,
      f16Tolerance: 2 ** -9,
    },
  ),
  combined(
    "Python's rule of signs",
    'mod',
    [
      [2, 5, 7, 9],
      [2, 5, 7, 9],
    ],
    {
      values: (v, i) => (i === 0 ? Math.round(100 * v) / 8 : quarters(v)),
      tolerance: 0,
      gradient: between,
    },
  ),
  combined(
    "C's rule of signs",
    'fmod',
    [
      [2, 5, 7, 9],
      [1, 5, 1, 1],
    ],
    {
      values: (v, i) => (i === 0 ? Math.round(40 * v) : quarters(v)),
      tolerance: 2 ** -18,
      gradient: between,
    },
  ),
  ...LOGIC.map((op) =>
    combined(
      'values that meet',
      op,
      [
        [2, 5, 6, 7],
        [2, 5, 6, 1],
      ],
      { values: ties, gradient: kinks },
    ),
  ),
  combined(
    'a slope for each value',
    'prelu',
    [
      [2, 6, 7, 5],
      [1, 6, 7, 5],
    ],
    { tolerance: sumTolerance(1), gradient: kinks },
  ),
];

function chosen(name: string, maps: readonly [Size, Size, Size]): Case {
  const y = broadcastShape('select', maps.map(shapeOf));
  return mapCase({
    op: 'select',
    name,
    maps,
    y,
    tolerance: 0,
    values: (v, i) => (i === 0 ? ties(v) : v),
    gradient: { of: ['b', 'c'], add: (g, inputs) => g.add('select', 'y', inputs, {}) },
    reference: ([test, a, b]) => reference.select(test!, a!, b!, y),
    run: (on, [test, a, b], out) => void select(on, test!, a!, b!, out),
  });
}

function reduced(
  name: string,
  x: Size,
  o: ReduceOptions,
  more: Partial<Pick<MapCase, 'values' | 'tolerance' | 'f16Tolerance' | 'splits'>> & Differentiated = {},
): Case {
  const y = reduceShape('reduce', shapeOf(x), o);
  return mapCase({
    op: 'reduce',
    name: `${o.op}, ${name}`,
    maps: [x],
    y,
    tolerance: sumTolerance(product(x) / product([y.n, y.c, y.h, y.w])),
    ...more,
    gradient: {
      kinks: ['max', 'min', 'l1'].includes(o.op),
      ...more.gradient,
      add: (g, maps) => g.add('reduce', 'y', maps, o),
    },
    flops: product(x),
    reference: ([map]) => reference.reduce(map!, o, y),
    run: (on, [map], out) => void reduce(on, map!, o, out),
  });
}

const reduceCases: readonly Case[] = [
  reduced('rows and columns longer than a run', [3, 7, 35, 71], { op: 'sum', axes: ['h', 'w'] }),
  reduced('images and rows', [3, 6, 20, 5], { op: 'mean', axes: ['h', 'n'] }),
  reduced('channels that fill no vec4', [2, 21, 9, 11], { op: 'mean', axes: ['c'] }),
  reduced('columns', [2, 6, 11, 67], { op: 'max', axes: ['w'] }, { tolerance: 0 }),
  reduced('rows', [3, 5, 70, 9], { op: 'min', axes: ['h'] }, { tolerance: 0 }),
  reduced(
    'images and channels, all negative',
    [3, 6, 7, 5],
    { op: 'max', axes: ['n', 'c'] },
    {
      tolerance: 0,
      values: (v) => -positive(v),
      gradient: { kinks: true, values: (v) => v - 1 },
    },
  ),
  reduced('everything', [2, 150, 7, 5], { op: 'sum', axes: ['n', 'c', 'h', 'w'] }),
  reduced(
    'values around 1',
    [2, 5, 8, 9],
    { op: 'prod', axes: ['w'] },
    { values: (v) => 1 + Math.round(64 * v) / 256 },
  ),
  reduced(
    'zeros among them, and alone',
    [2, 6, 9, 4],
    { op: 'prod', axes: ['w'] },
    { values: (v) => (Math.abs(v) < 0.4 ? 0 : Math.round(64 * v) / 64) },
  ),
  reduced('an axis of one index', [1, 6, 9, 7], { op: 'l1', axes: ['n'] }),
  reduced('channels and columns', [2, 6, 5, 9], { op: 'l2', axes: ['c', 'w'] }),
  reduced('images', [35, 3, 4, 5], { op: 'sum_square', axes: ['n'] }, { splits: false }),
  // WGSL lets log be off by 2^-21 near 1.
  reduced(
    'channels, positive',
    [2, 10, 6, 5],
    { op: 'log_sum', axes: ['c'] },
    {
      values: positive,
      tolerance: 2 ** -20,
    },
  ),
];

function multiplied(name: string, a: Size, b: Size): Case {
  const y = matmulShape('matmul', shapeOf(a), shapeOf(b), { columns: b[3] });
  return mapCase({
    op: 'matmul',
    name,
    maps: [a, b],
    y,
    tolerance: sumTolerance(a[1]),
    gradient: { add: (g, maps) => g.add('matmul', 'y', maps, { columns: b[3] }) },
    flops: 2 * a[1] * y.n * y.c * y.h * y.w,
    reference: ([p, q]) => matmulTwin(p!, q!, y),
    run: (on, [p, q], out) => void matmul(on, p!, q!, out),
  });
}

const extreme = (name: string, x: Size, o: { last?: boolean; min?: boolean }): Case => {
  const y = { ...shapeOf(x), c: 1 };
  return mapCase({
    op: 'argmax_map',
    name,
    maps: [x],
    y,
    tolerance: 0,
    values: (v) => ties(2 * v),
    gradient: { ...kinks, add: (g, maps) => g.add('argmax', 'y', maps, o) },
    reference: ([map]) => reference.argmax(map!, o, y),
    run: (on, [map], out) => lowered(on, 'argmax_map', out, (ctx) => argmaxMap(ctx, { x: map!, y: out }, o)),
  });
};

const hot = (name: string, [n, h, w]: readonly [number, number, number], o: OneHotOptions): Case => {
  const y = { n, c: o.depth, h, w };
  return mapCase({
    op: 'one_hot',
    name,
    maps: [[n, 1, h, w]],
    y,
    tolerance: 0,
    values: (v) => Math.round(1.5 * o.depth * v),
    gradient: { kinks: true, add: (g, maps) => g.add('one_hot', 'y', maps, o) },
    reference: ([map]) => reference.oneHot(map!, o, y),
    run: (on, [map], out) => lowered(on, 'one_hot', out, (ctx) => oneHot(ctx, { x: map!, y: out }, o)),
  });
};

export const arithmeticCases: readonly Case[] = [
  ...binaryCases,
  chosen('maps of one shape', [
    [2, 7, 9, 5],
    [2, 7, 9, 5],
    [2, 7, 9, 5],
  ]),
  chosen('a test for each pixel, and one value', [
    [2, 1, 9, 5],
    [1, 6, 1, 5],
    [1, 1, 1, 1],
  ]),
  ...reduceCases,
  multiplied('a batch of matrices in rows', [2, 13, 5, 7], [2, 13, 5, 9]),
  multiplied('one matrix for every row and image', [3, 22, 4, 6], [1, 22, 1, 5]),
  multiplied('the first map repeated', [1, 8, 1, 11], [2, 8, 3, 6]),
  extreme('the lowest of equals', [2, 21, 9, 7], {}),
  extreme('the highest of the smallest, channels that fill no vec4', [1, 6, 11, 5], {
    last: true,
    min: true,
  }),
  hot('labels from either end, and beyond both', [2, 7, 9], { depth: 21 }),
  hot('a label that is ignored', [1, 8, 5], { depth: 6, ignore: 3 }),
];
