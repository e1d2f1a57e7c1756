import type { ArithmeticAttrs } from '../kinds/arithmetic.js';
import { AXIS, CHANNELS, CONSTANT } from './bounds.js';
import { flag, list, nullable, optional, record, word } from './check.js';
import type { Forms } from './form.js';

export const ARITHMETIC_FORMS: Forms<ArithmeticAttrs> = {
  binary: {
    inputs: 2,
    attrs: record({
      op: word({
        add: true,
        sub: true,
        mul: true,
        div: true,
        max: true,
        min: true,
        pow: true,
        mod: true,
        fmod: true,
        equal: true,
        less: true,
        greater: true,
        less_or_equal: true,
        greater_or_equal: true,
        and: true,
        or: true,
        xor: true,
        prelu: true,
      }),
    }),
  },
  select: { inputs: 3, attrs: record({}) },
  reduce: {
    inputs: 1,
    attrs: record({
      op: word({
        sum: true,
        mean: true,
        max: true,
        min: true,
        prod: true,
        l1: true,
        l2: true,
        sum_square: true,
        log_sum: true,
      }),
      axes: list(AXIS, 4, 1),
    }),
  },
  argmax: { inputs: 1, attrs: record({ last: optional(flag), min: optional(flag) }) },
  one_hot: { inputs: 1, attrs: record({ depth: CHANNELS, ignore: optional(nullable(CONSTANT)) }) },
};
