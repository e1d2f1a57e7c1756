import type { PoolOptions } from '../../lower/pool.js';
import type { PoolAttrs } from '../kinds/pool.js';
import { PADDING, WINDOW } from './bounds.js';
import { edges, type Fields, flag, optional, record, sides, word } from './check.js';
import type { Forms } from './form.js';

const pool: Fields<PoolOptions> = {
  kernel: sides(WINDOW),
  stride: optional(sides(WINDOW)),
  dilation: optional(sides(WINDOW)),
  pad: optional(edges(PADDING)),
  ceil: optional(flag),
  clip: optional(flag),
  hang: optional(sides(PADDING)),
};

export const POOL_FORMS: Forms<PoolAttrs> = {
  max_pool: { inputs: 1, attrs: record(pool) },
  max_pool_index: {
    inputs: 1,
    attrs: record({ ...pool, order: optional(word<'row' | 'column'>({ row: true, column: true })) }),
  },
  avg_pool: { inputs: 1, attrs: record({ ...pool, countPad: optional(flag) }) },
  global_avg_pool: { inputs: 1, attrs: record({}) },
};
