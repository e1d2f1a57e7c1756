import type { View } from '../../src/dispatch.js';
import type { On } from '../../src/engine/operators.js';
import { activation, prelu, scale, sum } from '../../src/engine/operators.js';
import { empty, free, type Tensor, upload, uploadVector } from '../../src/engine/tensor.js';
import type { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import type { Activation } from '../../src/ops/activation.js';
import type { Shape } from '../../src/shape.js';
import * as reference from '../reference/pointwise.js';
import { type Case, type Differentiable, product, sumTolerance } from './case.js';
import { mapCase } from './maps.js';

type Size = readonly [n: number, c: number, h: number, w: number];
type Data = Readonly<Record<string, Float32Array>>;

interface Pointwise {
  readonly op: string;
  readonly name: string;
  readonly size: Size;
  /** Names of the maps, and of the values per channel. */
  readonly maps: readonly string[];
  readonly vectors?: readonly string[];
  readonly tolerance: number;
  /** FLOPs per value. */
  readonly flops?: number;
  readonly gradient?: Differentiable;
  reference(data: Data, shape: Shape): Float64Array;
  run(on: On, maps: readonly Tensor[], vectors: readonly View<GPUBuffer>[], y: Tensor): void;
}

function pointwise(p: Pointwise): Case {
  const [n, c, h, w] = p.size;
  const shape: Shape = { n, c, h, w };
  const { vectors = [] } = p;
  return {
    name: `${p.op}: ${p.name}`,
    op: p.op,
    inputs: Object.fromEntries([
      ...p.maps.map((name) => [name, [...p.size]]),
      ...vectors.map((name) => [name, [c]]),
    ]),
    tolerance: p.tolerance,
    flops: (p.flops ?? 0) * product(p.size),
    bytes: 4 * ((p.maps.length + 1) * product(p.size) + vectors.length * c),
    splits: n * h >= 3,
    ...(p.gradient && { gradient: p.gradient }),
    reference: (data) => [p.reference(data, shape)],
    launch(engine, data, elem) {
      const maps = p.maps.map((name) => upload(engine, data[name]!, shape, elem, name));
      const views = vectors.map((name) => uploadVector(engine, data[name]!, c, name));
      const y = empty(engine, shape, elem, 'y');
      return {
        outputs: [y],
        run: (on) => p.run(on, maps, views, y),
        free: () => {
          free(...maps, y);
          for (const view of views) view.buffer.destroy();
        },
      };
    },
  };
}

/** Two maps, one of which may be a value per channel, as `trainable` makes a scale of. */
const binary = (g: Graph, op: 'add' | 'mul', a: Node, b: Node): Node => g.add('binary', op, [a, b], { op });

const activate = (name: string, size: Size, f: Activation, tolerance: number): Case =>
  pointwise({
    op: 'activation',
    name,
    size,
    maps: ['x'],
    tolerance,
    gradient: { kinks: f.kind !== 'sigmoid', add: (g, { x }) => g.add('activation', 'y', [x!], f) },
    reference: (data) => reference.activation(data.x!, f),
    run: (on, [x], _, y) => void activation(on, x!, f, y),
  });

/** `values` of those that are uniform in [-1, 1), as f16 holds them. */
const functionOf = (
  f: Activation,
  tolerance: number,
  values: (v: number) => number = (v) => Math.round(256 * v) / 64,
  name: string = f.kind,
  kinks: Differentiable['kinks'] = false,
): Case =>
  mapCase({
    op: 'activation',
    name,
    maps: [[2, 7, 9, 11]],
    y: { n: 2, c: 7, h: 9, w: 11 },
    tolerance,
    values,
    gradient: {
      kinks,
      // Away from the places where steps are.
      ...(kinks === true && { values: (v: number) => 4 * v }),
      add: (g, maps) => g.add('activation', 'y', maps, f),
    },
    reference: ([x]) => reference.activation(x!.data, f),
    run: (on, [x], y) => void activation(on, x!, f, y),
  });

const above0 = (v: number): number => 2 ** -8 + Math.round(256 * Math.abs(v)) / 64;
/** WGSL's bounds for exp and a quotient, and log good to 2^-21 near 1. */
const FUNCTION_TOLERANCE = 2 ** -20;
const EXACT = ['neg', 'abs', 'floor', 'ceil', 'round', 'trunc', 'sign'] as const;
const SMOOTH = ['tanh', 'exp', 'softplus', 'softsign', 'mish'] as const;

const functionCases: readonly Case[] = [
  ...EXACT.map((kind) => functionOf({ kind }, 0, (v) => Math.round(8 * v) / 2, kind, true)),
  ...SMOOTH.map((kind) => functionOf({ kind }, FUNCTION_TOLERANCE)),
  functionOf({ kind: 'square' }, sumTolerance(1)),
  functionOf({ kind: 'hard_swish' }, FUNCTION_TOLERANCE, undefined, undefined, 'curved'),
  functionOf({ kind: 'not' }, 0, Math.round, undefined, true),
  functionOf({ kind: 'log' }, FUNCTION_TOLERANCE, above0),
  functionOf({ kind: 'sqrt' }, FUNCTION_TOLERANCE, above0),
  functionOf({ kind: 'reciprocal' }, FUNCTION_TOLERANCE, above0),
  // WGSL lets sin and cos be off by 2^-11, within [-pi, pi].
  functionOf({ kind: 'sin' }, 2 ** -11, (v) => 3 * v),
  functionOf({ kind: 'cos' }, 2 ** -11, (v) => 3 * v),
  functionOf({ kind: 'erf' }, FUNCTION_TOLERANCE),
  functionOf({ kind: 'gelu', approximate: 'none' }, FUNCTION_TOLERANCE, undefined, 'gelu by erf'),
  functionOf({ kind: 'gelu', approximate: 'tanh' }, FUNCTION_TOLERANCE, undefined, 'gelu by tanh'),
  functionOf({ kind: 'hard_sigmoid', alpha: 0.3, beta: 0.4 }, sumTolerance(2), undefined, undefined, true),
  functionOf({ kind: 'thresholded_relu', alpha: 0.75 }, 0, undefined, undefined, true),
  functionOf({ kind: 'elu', alpha: 1.5 }, FUNCTION_TOLERANCE, undefined, undefined, 'curved'),
  functionOf({ kind: 'celu', alpha: 0.5 }, FUNCTION_TOLERANCE),
  functionOf(
    { kind: 'selu', alpha: 1.6732632, gamma: 1.050701 },
    FUNCTION_TOLERANCE,
    undefined,
    undefined,
    'curved',
  ),
];

/** Up to eight maps: a, b, c, ... */
export const add = (name: string, size: Size, coefficients: readonly number[], relu = false): Case => {
  const maps = [...'abcdefgh'].slice(0, coefficients.length);
  return pointwise({
    op: 'sum',
    name,
    size,
    maps,
    tolerance: sumTolerance(maps.length),
    flops: 2 * maps.length,
    gradient: {
      kinks: relu,
      add: (g, inputs) =>
        g.add(
          'sum',
          'y',
          maps.map((m) => inputs[m]!),
          { coefficients, relu },
        ),
    },
    reference(data) {
      const total = reference.sum(
        maps.map((m) => data[m]!),
        coefficients,
      );
      return relu ? reference.activation(total, { kind: 'relu' }) : total;
    },
    run: (on, xs, _, y) => void sum(on, xs, { coefficients, relu }, y),
  });
};

/** WGSL lets exp be off by 3 + 2|x| units in the last place and a quotient by 2.5. */
const SIGMOID_TOLERANCE = 8 * 2 ** -23;

export const pointwiseCases: readonly Case[] = [
  activate('ReLU keeps what is positive', [2, 7, 13, 17], { kind: 'relu' }, 0),
  activate('ReLU with a slope below zero', [1, 16, 9, 31], { kind: 'relu', slope: 0.1 }, sumTolerance(1)),
  activate('sigmoid', [1, 5, 12, 11], { kind: 'sigmoid' }, SIGMOID_TOLERANCE),
  activate('clip to an interval', [1, 6, 11, 10], { kind: 'clip', min: -0.25, max: 0.5 }, 0),
  activate('clip from below only', [1, 3, 10, 9], { kind: 'clip', min: -0.5 }, 0),
  ...functionCases,
  pointwise({
    op: 'prelu',
    name: 'a slope for each channel',
    size: [2, 10, 9, 14],
    maps: ['x'],
    vectors: ['slope'],
    tolerance: sumTolerance(1),
    gradient: { kinks: true, add: (g, { x, slope }) => g.add('prelu_given', 'y', [x!, slope!], {}) },
    reference: (data, shape) => reference.prelu(data.x!, shape, data.slope!),
    run: (on, [x], [slope], y) => void prelu(on, x!, slope!, y),
  }),
  pointwise({
    op: 'scale',
    name: 'a factor and a summand for each channel',
    size: [2, 9, 11, 13],
    maps: ['x'],
    vectors: ['s', 'b'],
    tolerance: sumTolerance(2),
    flops: 2,
    gradient: { add: (g, { x, s, b }) => binary(g, 'add', binary(g, 'mul', x!, s!), b!) },
    reference: (data, shape) => reference.scale(data.x!, shape, data.s!, data.b!),
    run: (on, [x], [s, b], y) => void scale(on, x!, s!, b!, y),
  }),
  pointwise({
    op: 'scale',
    name: 'a factor alone',
    size: [1, 32, 10, 12],
    maps: ['x'],
    vectors: ['s'],
    tolerance: sumTolerance(1),
    flops: 2,
    gradient: { add: (g, { x, s }) => binary(g, 'mul', x!, s!) },
    reference: (data, shape) => reference.scale(data.x!, shape, data.s!, null),
    run: (on, [x], [s], y) => void scale(on, x!, s!, null, y),
  }),
  add('two maps, as the skips of FCN', [1, 21, 17, 19], [1, 1]),
  add('a difference with coefficients', [2, 6, 11, 9], [0.5, -2]),
  add('one map alone', [1, 5, 8, 9], [-3]),
  add('five maps', [1, 7, 12, 10], [1, -1, 0.25, 2, 3]),
  add('two maps and a ReLU, as a residual block', [2, 10, 9, 11], [1, 1], true),
  add('three maps and a ReLU behind all of them', [1, 6, 8, 13], [1, -2, 1], true),
];
