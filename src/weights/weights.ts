import { WeightsError } from '../errors.js';

/** Numbers in row-major order. */
export interface WeightTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** A net's numbers by name: `<layer>.weight`, `<layer>.bias`. */
export type Weights = Map<string, WeightTensor>;

/** Throws a WeightsError that names the first tensor with a NaN or an infinity, and where it stands. */
export function checkFinite(weights: Weights): void {
  for (const [name, { data }] of weights) {
    const at = data.findIndex((v) => !Number.isFinite(v));
    if (at >= 0)
      throw new WeightsError(
        `${name}: element ${at} of ${data.length} is ${data[at]}, should be finite`,
        name,
      );
  }
}
