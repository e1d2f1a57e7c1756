import { random } from '../random.js';
import type { CaseAttribute, CaseTensor, CaseType, OperatorCase } from './files.js';

export type Attributes = Readonly<Record<string, CaseAttribute>>;
export type Dims = readonly number[];

export const count = (dims: Dims): number => dims.reduce((a, b) => a * b, 1);

let seed = 1;

/** Values of [-1, 1), changed by `f`. */
export const floats = (dims: Dims, f = (v: number, _i: number) => v): CaseTensor => ({
  type: 'float32',
  dims,
  data: Array.from(random(count(dims), seed++), (v, i) => Math.fround(f(v, i))),
});
export const typed = (type: CaseType, dims: Dims, f: (v: number) => number): CaseTensor => ({
  ...floats(dims, f),
  type,
});
export const ints = (...data: number[]): CaseTensor => ({ type: 'int64', dims: [data.length], data });
export const list = (...data: number[]): CaseTensor => ({ type: 'float32', dims: [data.length], data });
export const scalar = (value: number, type: CaseType = 'float32'): CaseTensor => ({
  type,
  dims: [],
  data: [value],
});
export const float = (value: number): CaseAttribute => ({ float: value });

export function one(
  name: string,
  op: string,
  inputs: readonly (CaseTensor | null)[],
  attributes: Attributes = {},
  { opset = 18, outputs = 1 } = {},
): OperatorCase {
  return { name: `${op.toLowerCase()}_${name}`, op, opset, attributes, inputs, outputs };
}

export const positive = (v: number): number => 0.5 + Math.abs(v);
export const whole = (most: number) => (v: number) => Math.round(most * v);
