import { type Case, product } from './cases/case.js';
import { random } from './random.js';

/** The random inputs of a case, by operand, the same on every machine. */
export const inputsOf = (c: Case): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(c.inputs).map(([name, dims], i) => [name, random(product(dims), 17 + i)]),
  );
