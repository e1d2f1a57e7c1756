import { type Case, product } from './cases/case.js';
import { random } from './random.js';

/** Values of [-1, 1) for each operand of a case, the same on every machine. */
export const randomInputs = (c: Case): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(c.inputs).map(([name, dims], i) => [name, random(product(dims), 17 + i)]),
  );

/** The inputs of a case, by operand. */
export function inputsOf(c: Case): Readonly<Record<string, Float32Array>> {
  const inputs = randomInputs(c);
  return c.operands?.(inputs) ?? inputs;
}
