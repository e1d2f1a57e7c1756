import { WeightsError } from '../errors.js';

/** Numbers in row-major order. */
export interface WeightTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A net's numbers by name: `<layer>.weight`, `<layer>.bias`. */
export type Weights = Map<string, WeightTensor>;

/** Throws a WeightsError that names the tensor and its first NaN or infinity. */
export function checkFiniteTensor(name: string, data: Float32Array): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i]))
      throw new WeightsError(`${name}: element ${i} of ${data.length} is ${data[i]}, should be finite`, name);
  }
}

/** Checks every tensor of a net. */
export function checkFinite(weights: Weights): void {
  for (const [name, { data }] of weights) checkFiniteTensor(name, data);
}
