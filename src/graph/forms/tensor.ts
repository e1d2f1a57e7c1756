import type { FreeShape } from '../../ops/rearrange.js';
import type { Shape } from '../../shape.js';
import type { TensorAttrs } from '../kinds/tensor.js';
import { AXIS, CHANNELS, CONSTANT, ELEMENT, EXTENT, IMAGES } from './bounds.js';
import { flag, fourOf, list, nullable, pairOf, record, word } from './check.js';
import type { Forms } from './form.js';

const shape = record<Shape>({ n: IMAGES, c: CHANNELS, h: EXTENT, w: EXTENT });
const free = record<FreeShape>({ n: nullable(IMAGES), c: CHANNELS, h: EXTENT, w: EXTENT });
/** Digits of a rearrangement: more than any tensor has axes. */
const MOST_DIGITS = 64;
/** Indices of one axis. */
const MOST_INDICES = 2 ** 24;

export const TENSOR_FORMS: Forms<TensorAttrs> = {
  constant: { inputs: 0, attrs: record({ shape }) },
  rearrange: {
    inputs: 1,
    attrs: record({
      digits: list(
        record<{ readonly size: number; readonly stride: number }>({ size: CHANNELS, stride: ELEMENT }),
        MOST_DIGITS,
      ),
      offset: ELEMENT,
      from: free,
      to: free,
    }),
  },
  pad: {
    inputs: 1,
    attrs: record({
      before: fourOf(ELEMENT),
      after: fourOf(ELEMENT),
      mode: word({ constant: true, edge: true, reflect: true, wrap: true }),
      value: CONSTANT,
    }),
  },
  slice: {
    inputs: 1,
    attrs: record({ axis: AXIS, start: ELEMENT, end: nullable(ELEMENT), step: ELEMENT }),
  },
  take: { inputs: 1, attrs: record({ axis: AXIS, indices: list(ELEMENT, MOST_INDICES, 1) }) },
  matmul: { inputs: 2, attrs: record({ columns: CHANNELS }) },
  max_unpool: { inputs: 2, attrs: record({ size: pairOf(EXTENT) }) },
  grid_sample: {
    inputs: 2,
    attrs: record({
      mode: word({ linear: true, nearest: true, cubic: true }),
      padding: word({ zeros: true, border: true, reflection: true }),
      alignCorners: flag,
    }),
  },
};
