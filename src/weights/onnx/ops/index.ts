import type { Operator } from '../call.js';
import { BINARY } from './binary.js';
import { FILTER } from './filter.js';
import { LAYOUT } from './layout.js';
import { NORM } from './norm.js';
import { POOL } from './pool.js';
import { REDUCE } from './reduce.js';
import { RESIZE } from './resize.js';
import { SHAPE } from './shape.js';
import { TRAINING } from './training.js';
import { UNARY } from './unary.js';

/** Every operator that runs here, by its name; with its domain in front where that is not ONNX's own. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...UNARY,
  ...BINARY,
  ...FILTER,
  ...POOL,
  ...REDUCE,
  ...NORM,
  ...SHAPE,
  ...LAYOUT,
  ...RESIZE,
  ...TRAINING,
]);
