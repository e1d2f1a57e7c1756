import { argmax, concat, lrn, softmax } from '../../src/engine/operators.js';
import { emptyPixels } from '../../src/engine/pixels.js';
import { empty, free, upload } from '../../src/engine/tensor.js';
import type { LrnOptions } from '../../src/ops/lrn.js';
import type { Shape } from '../../src/shape.js';
import * as reference from '../reference/channels.js';
import { type Case, product } from './case.js';

type Size = readonly [n: number, c: number, h: number, w: number];

export function joined(
  name: string,
  [n, h, w]: readonly [number, number, number],
  channels: readonly number[],
): Case {
  const names = channels.map((_, i) => `x${i}`);
  const shapes = channels.map((c): Shape => ({ n, c, h, w }));
  const ys = { n, c: channels.reduce((a, b) => a + b), h, w };
  return {
    name: `concat: ${name}`,
    op: 'concat',
    inputs: Object.fromEntries(channels.map((c, i) => [names[i]!, [n, c, h, w]])),
    tolerance: 0,
    flops: 0,
    bytes: 8 * n * ys.c * h * w,
    splits: n * h >= 3,
    layer: {
      op: 'concat',
      input: 'x0',
      x: shapes[0]!,
      y: ys,
      rest: Object.fromEntries(names.slice(1).map((x, i) => [x, shapes[i + 1]!])),
    },
    gradient: {
      add: (g, inputs) =>
        g.concat(
          'y',
          names.map((x) => inputs[x]!),
        ),
    },
    reference: (data) => [
      reference.concat(
        names.map((x) => data[x]!),
        shapes,
      ),
    ],
    launch(engine, data, elem) {
      const xs = names.map((x, i) => upload(engine, data[x]!, shapes[i]!, elem, x));
      const y = empty(engine, ys, elem, 'y');
      return { outputs: [y], run: (on) => void concat(on, xs, {}, y), free: () => free(...xs, y) };
    },
  };
}

export function normalised(name: string, size: Size, o: LrnOptions): Case {
  const [n, c, h, w] = size;
  const shape: Shape = { n, c, h, w };
  return {
    name: `lrn: ${name}`,
    op: 'lrn',
    inputs: { x: [...size] },
    // WGSL's pow is exp2(y * log2(x)), and log2 near 1 is good to 2^-21 absolute.
    tolerance: 2 ** -20,
    flops: 2 * o.size * product(size),
    bytes: 8 * product(size),
    splits: n * h >= 3,
    layer: { op: 'lrn', x: shape, y: shape, options: o },
    gradient: { add: (g, { x }) => g.lrn('y', x!, o) },
    reference: (data) => [reference.lrn(data.x!, shape, o)],
    launch(engine, data, elem) {
      const x = upload(engine, data.x!, shape, elem, 'x');
      const y = empty(engine, shape, elem, 'y');
      return { outputs: [y], run: (on) => void lrn(on, x, o, y), free: () => free(x, y) };
    },
  };
}

/** @param range scores lie in [-range, range). */
function probabilities(name: string, size: Size, o: { log?: boolean; range?: number } = {}): Case {
  const [n, c, h, w] = size;
  const { log = false, range = 1 } = o;
  const shape: Shape = { n, c, h, w };
  const scores = (x: Float32Array) => x.map((v) => v * range);
  return {
    name: `softmax: ${name}`,
    op: 'softmax',
    inputs: { x: [...size] },
    // WGSL lets exp be off by 3 + 2|x| units in the last place and log by 2^-21 near 1.
    tolerance: 2 ** -20,
    // Scores are rounded once more after they are spread: an error of e in a score is a factor of exp(e).
    f16Tolerance: (2 + range) * 2 ** -11,
    flops: 0,
    bytes: 8 * product(size),
    splits: n * h >= 3,
    // Others would spread the scores in a step of its own.
    ...(range === 1 && { layer: { op: 'softmax', x: shape, y: shape, log } }),
    gradient: { add: (g, { x }) => g.softmax('y', g.sum('scores', [x!], [range]), { log }) },
    reference: (data) => [reference.softmax(scores(data.x!), shape, log)],
    launch(engine, data, elem) {
      const x = upload(engine, scores(data.x!), shape, elem, 'x');
      const y = empty(engine, shape, elem, 'y');
      return { outputs: [y], run: (on) => void softmax(on, x, { log }, y), free: () => free(x, y) };
    },
  };
}

/** @param levels different scores; few of them tie often. */
function winners(name: string, size: Size, levels: number): Case {
  const [n, c, h, w] = size;
  const shape: Shape = { n, c, h, w };
  const scores = (x: Float32Array) => x.map((v) => Math.floor(((v - 1) * levels) / 2));
  return {
    name: `argmax: ${name}`,
    op: 'argmax',
    inputs: { x: [...size] },
    tolerance: 0,
    flops: 0,
    bytes: 4 * (product(size) + n * h * w),
    splits: n * h >= 3,
    reference: (data) => [reference.argmax(scores(data.x!), shape)],
    launch(engine, data, elem) {
      const x = upload(engine, scores(data.x!), shape, elem, 'x');
      const y = emptyPixels(engine, shape, 'y');
      return {
        outputs: [y],
        run: (on) => void argmax(on, x, y),
        free: () => {
          free(x);
          y.buffer.destroy();
        },
      };
    },
  };
}

export const channelCases: readonly Case[] = [
  joined('inputs that fill their blocks', [1, 13, 11], [64, 16]),
  joined('every shift within a block', [2, 9, 10], [5, 7, 12, 3, 6, 2]),
  joined('single channels that share a block', [1, 10, 9], [1, 1, 1, 1, 1]),
  joined('one input', [1, 8, 9], [6]),
  normalised('5 channels, as norm1 of AlexNet', [1, 96, 14, 15], { size: 5, alpha: 1e-4, beta: 0.75 }),
  normalised('a strong one whose window leaves the map', [2, 10, 9, 8], {
    size: 5,
    alpha: 2,
    beta: 0.75,
    k: 2,
  }),
  normalised('a window wider than the map', [1, 6, 9, 8], { size: 15, alpha: 1, beta: 0.5 }),
  normalised('an even window', [1, 9, 8, 7], { size: 4, alpha: 1, beta: 1 }),
  probabilities('21 classes', [1, 21, 17, 19]),
  probabilities('large scores do not overflow', [2, 7, 9, 10], { range: 100 }),
  probabilities('negative scores beside empty lanes', [1, 5, 9, 10], { range: 30 }),
  probabilities('1000 classes', [1, 1000, 3, 4], { range: 10 }),
  probabilities('one class', [1, 1, 12, 13]),
  probabilities('logarithm', [1, 21, 13, 12], { log: true }),
  probabilities('logarithm of large scores', [2, 6, 9, 10], { log: true, range: 100 }),
  winners('21 classes', [1, 21, 17, 19], 2 ** 16),
  winners('the lowest index wins a tie', [2, 23, 11, 12], 2),
  winners('negative scores beside empty lanes', [1, 5, 10, 13], 3),
  winners('one class', [1, 1, 9, 10], 4),
];
