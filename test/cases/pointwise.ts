import type { View } from '../../src/dispatch.js';
import type { On } from '../../src/engine/operators.js';
import { activation, prelu, scale, sum } from '../../src/engine/operators.js';
import { empty, free, type Tensor, upload, uploadVector } from '../../src/engine/tensor.js';
import type { Activation } from '../../src/ops/activation.js';
import type { Shape } from '../../src/shape.js';
import * as reference from '../reference/pointwise.js';
import { type Case, product, sumTolerance } from './case.js';

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

const activate = (name: string, size: Size, f: Activation, tolerance: number): Case =>
  pointwise({
    op: 'activation',
    name,
    size,
    maps: ['x'],
    tolerance,
    reference: (data) => reference.activation(data.x!, f),
    run: (on, [x], _, y) => void activation(on, x!, f, y),
  });

/** Up to eight maps: a, b, c, ... */
const add = (name: string, size: Size, coefficients: readonly number[], relu = false): Case => {
  const maps = [...'abcdefgh'].slice(0, coefficients.length);
  return pointwise({
    op: 'sum',
    name,
    size,
    maps,
    tolerance: sumTolerance(maps.length),
    flops: 2 * maps.length,
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
  pointwise({
    op: 'prelu',
    name: 'a slope for each channel',
    size: [2, 10, 9, 14],
    maps: ['x'],
    vectors: ['slope'],
    tolerance: sumTolerance(1),
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
