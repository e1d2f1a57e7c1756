import { avgPool, globalAvgPool } from '../../src/engine/operators.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import { type AvgPoolOptions, poolShape, poolWindow } from '../../src/lower/pool.js';
import { globalAvgPoolShape } from '../../src/ops/global_avg_pool.js';
import type { Shape } from '../../src/shape.js';
import { globalAvgPool as globalReference, avgPool as reference } from '../reference/avg_pool.js';
import { type Case, product, sumTolerance } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

function pool(name: string, [n, c, h, w]: Size, o: AvgPoolOptions): Case {
  const xs: Shape = { n, c, h, w };
  const ys = poolShape('avg_pool', xs, o);
  const taps = product(poolWindow(o).kernel);
  return {
    name: `avg_pool: ${name}`,
    op: 'avg_pool',
    inputs: { x: [n, c, h, w] },
    tolerance: sumTolerance(taps),
    flops: ys.n * ys.c * ys.h * ys.w * taps,
    bytes: 4 * (n * c * h * w + ys.n * ys.c * ys.h * ys.w),
    splits: ys.n * ys.h >= 3,
    layer: { op: 'avg_pool', x: xs, y: ys, options: o },
    gradient: { add: (g, { x }) => g.avgPool('y', x!, o) },
    reference: (data) => [reference(data.x!, xs, o)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void avgPool(on, x, o, y), free: () => free(x, y) };
    },
  };
}

function globalPool(name: string, [n, c, h, w]: Size): Case {
  const xs: Shape = { n, c, h, w };
  const ys = globalAvgPoolShape(xs);
  return {
    name: `global_avg_pool: ${name}`,
    op: 'global_avg_pool',
    inputs: { x: [n, c, h, w] },
    tolerance: sumTolerance(h * w),
    flops: n * c * h * w,
    bytes: 4 * (n * c * h * w + n * c),
    splits: n * h >= 6, // the second of its two dispatches stays whole
    layer: { op: 'global_avg_pool', x: xs, y: ys },
    gradient: { add: (g, { x }) => g.globalAvgPool('y', x!) },
    reference: (data) => [globalReference(data.x!, xs)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void globalAvgPool(on, x, y), free: () => free(x, y) };
    },
  };
}

export const avgPoolCases: readonly Case[] = [
  pool('2x2 by 2 rounded up', [1, 12, 21, 23], { kernel: 2, stride: 2, ceil: true }),
  pool('padding counts, as in Caffe', [2, 10, 21, 22], { kernel: 3, stride: 2, pad: 1, countPad: true }),
  pool('padding does not count', [1, 12, 21, 22], { kernel: 3, stride: 2, pad: 1 }),
  pool('rows beyond the padding never count', [1, 5, 12, 14], {
    kernel: 4,
    stride: 3,
    pad: 1,
    ceil: true,
    clip: true,
    countPad: true,
  }),
  pool('window, stride, dilation and padding unlike on each side', [2, 6, 14, 15], {
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [1, 3],
    pad: [1, 0, 2, 1],
    countPad: true,
  }),
  pool('rarefied: by 1, windows that hang over the edge', [2, 5, 13, 11], {
    kernel: 3,
    dilation: 2,
    pad: 2,
    hang: 2,
    clip: true,
    countPad: true,
  }),
  globalPool('1000 classes of 13x13, as SqueezeNet', [1, 1000, 13, 13]),
  globalPool('a batch of odd sizes', [3, 7, 19, 5]),
  globalPool('a large map of few channels', [1, 3, 240, 317]),
];
