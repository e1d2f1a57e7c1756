import { maxPool, maxPoolIndex } from '../../src/engine/operators.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import { type PoolOptions, poolShape } from '../../src/lower/pool.js';
import type { Shape } from '../../src/shape.js';
import { maxPool as reference } from '../reference/max_pool.js';
import type { Case } from './case.js';

export function pool(
  name: string,
  [n, c, h, w]: readonly [number, number, number, number],
  { winner = false, ties = false, ...o }: PoolOptions & { winner?: boolean; ties?: boolean },
): Case {
  const xs: Shape = { n, c, h, w };
  const ys = poolShape('max_pool', xs, o);
  // With `ties`, one of three values each.
  const values = (x: Float32Array) => (ties ? x.map(Math.round) : x);
  return {
    name: `max_pool: ${name}`,
    op: 'max_pool',
    inputs: { x: [n, c, h, w] },
    tolerance: 0,
    flops: 0,
    bytes: 4 * (n * c * h * w + (winner ? 2 : 1) * ys.n * ys.c * ys.h * ys.w),
    splits: ys.n * ys.h >= 3,
    layer: { op: 'max_pool', x: xs, y: ys, options: o, winner },
    // Where values tie the result has no derivative: here they do not.
    gradient: {
      kinks: true,
      twin: (data) => reference(data.x!, xs, o).y,
      add: (g, { x }) => g.maxPool('y', x!, o),
    },
    reference(data) {
      const wanted = reference(values(data.x!), xs, o);
      return winner ? [wanted.y, wanted.winner] : [wanted.y];
    },
    launch(engine, data, elem) {
      const x = upload(engine, values(data.x!), xs, elem, 'x');
      const y = empty(engine, ys, elem, 'y');
      if (!winner) return { outputs: [y], run: (on) => void maxPool(on, x, o, y), free: () => free(x, y) };
      const index = empty(engine, ys, 'u32', 'winner');
      return {
        outputs: [y, index],
        run: (on) => void maxPoolIndex(on, x, o, { y, winner: index }),
        free: () => free(x, y, index),
      };
    },
  };
}

export const maxPoolCases: readonly Case[] = [
  pool('2x2 by 2, a last window of one row counts', [1, 16, 33, 47], { kernel: 2, stride: 2, ceil: true }),
  pool('2x2 by 2, a remainder is dropped', [2, 7, 15, 13], { kernel: 2, stride: 2 }),
  pool('3x3 by 2 rounded up, as AlexNet', [1, 24, 29, 32], { kernel: 3, stride: 2, ceil: true }),
  pool('a padded edge never wins', [1, 8, 15, 16], { kernel: 3, stride: 1, pad: 1 }),
  pool('a last window beyond the padding is clipped', [1, 5, 10, 11], {
    kernel: 2,
    stride: 3,
    pad: 1,
    ceil: true,
    clip: true,
  }),
  pool('rarefied: 2x2 by 1, windows that hang over the edge', [1, 7, 12, 15], {
    kernel: 2,
    dilation: [2, 1],
    hang: [2, 1],
  }),
  pool('2x2 by 2, padded on every side', [2, 6, 9, 10], { kernel: 2, stride: 2, pad: 1 }),
  pool('window, stride, dilation and padding unlike on each side', [2, 6, 14, 15], {
    kernel: [3, 2],
    stride: [2, 1],
    dilation: [1, 3],
    pad: [1, 0, 1, 1],
  }),
  pool('the winner is named', [2, 7, 15, 13], { kernel: 2, stride: 2, ceil: true, winner: true }),
  pool('the winner of 2x2 windows, padded on every side', [2, 6, 9, 10], {
    kernel: 2,
    stride: 2,
    pad: 1,
    winner: true,
  }),
  pool('the first in raster order wins a tie', [1, 9, 16, 17], {
    kernel: 3,
    stride: 2,
    pad: 1,
    winner: true,
    ties: true,
  }),
];
