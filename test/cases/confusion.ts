import { type ConfusionOptions, confusion } from '../../src/engine/operators.js';
import { emptyPixels, uploadPixels } from '../../src/engine/pixels.js';
import { upload } from '../../src/engine/tensor.js';
import { confusionSize } from '../../src/ops/confusion.js';
import { argmax } from '../reference/channels.js';
import { confusion as twin } from '../reference/confusion.js';
import { type Case, product } from './case.js';

type Size = readonly [n: number, h: number, w: number];

/**
 * @param longest pixels of one label in a row, so that runs are merged and broken.
 * @param beyond labels of the truth that are no class.
 */
const labelsOf = (values: Float32Array, classes: number, longest: number, beyond = 0) => {
  const labels = new Uint32Array(values.length);
  for (let i = 0, end = 0, label = 0; i < labels.length; i++) {
    if (i === end) {
      end += 1 + Math.floor(((values[i]! + 1) / 2) * longest);
      label = Math.floor(((values[values.length - 1 - i]! + 1) / 2) * (classes + beyond));
    }
    labels[i] = label;
  }
  return labels;
};

/** Labels, or scores with few levels that tie often. */
function counted(
  name: string,
  [n, h, w]: Size,
  o: ConfusionOptions,
  { longest = 9, scores = false, beyond = 0 } = {},
): Case {
  const { classes, ignore = null, add = false } = o;
  const size = { n, h, w };
  const shape = { ...size, c: classes };
  const truthOf = (data: Readonly<Record<string, Float32Array>>) =>
    labelsOf(data.truth!, classes, longest, 2);
  const foundOf = (data: Readonly<Record<string, Float32Array>>) =>
    labelsOf(data.x!, classes, longest, beyond);
  const levels = (x: Float32Array) => x.map((v) => Math.floor(2 * v));
  return {
    name: `confusion: ${name}`,
    op: 'confusion',
    inputs: { truth: [n, h, w], x: scores ? [n, classes, h, w] : [n, h, w] },
    tolerance: 0,
    f16Tolerance: 0,
    flops: 0,
    bytes: 8 * product([n, h, w]) + 4 * classes * (classes + 1),
    splits: n * h >= 3,
    reference: (data) => {
      const found = scores ? argmax(levels(data.x!), shape) : foundOf(data);
      const once = twin(truthOf(data), found, classes, ignore);
      return [once.map((count) => (add ? 2 : 1) * count)];
    },
    launch(engine, data, elem) {
      const truth = uploadPixels(engine, truthOf(data), size, 'truth');
      const map = scores ? upload(engine, levels(data.x!), shape, elem, 'x') : null;
      const x = map ?? uploadPixels(engine, foundOf(data), size, 'labels');
      const y = emptyPixels(engine, confusionSize(classes), 'y');
      return {
        outputs: [y],
        run: (on) => {
          confusion(on, truth, x, { ...o, add: false }, y);
          if (add) confusion(on, truth, x, o, y);
        },
        free: () => {
          for (const { buffer } of [truth, x, y]) buffer.destroy();
        },
      };
    },
  };
}

export const confusionCases: readonly Case[] = [
  counted('21 classes of long runs', [1, 67, 83], { classes: 21 }, { longest: 60 }),
  counted('single pixels, a batch', [3, 21, 19], { classes: 5 }, { longest: 1 }),
  counted('an ignored label that names a class', [2, 33, 29], { classes: 12, ignore: 11 }),
  counted('predictions that are no class have their column', [1, 40, 31], { classes: 3 }, { beyond: 2 }),
  counted('the labels of scores', [2, 23, 27], { classes: 7, ignore: 255 }, { scores: true }),
  counted('added to the counts before', [1, 37, 41], { classes: 11, add: true }),
  counted('one class', [1, 67, 41], { classes: 1 }),
];
