import { WeightsError } from '../../errors.js';
import type { Weights } from '../weights.js';
import type { OnnxModel } from './model.js';
import { isFloat } from './tensor.js';

/**
 * The model with the numbers of another file in place of its own, by the names of its initializers; those that
 * the file does not name stay.
 * @throws WeightsError for a tensor that is no initializer of the model, or of other dims
 */
export function refilled(model: OnnxModel, numbers: Weights): OnnxModel {
  const initializers = new Map(model.initializers);
  for (const [name, { dims, data }] of numbers) {
    const own = initializers.get(name);
    if (!own) throw new WeightsError(`${name}: is no tensor of the ONNX model, should be`, name);
    if (own.dims.join() !== dims.join())
      throw new WeightsError(
        `${name}: [${dims.join(', ')}], should be [${own.dims.join(', ')}] as in the ONNX model`,
        name,
      );
    if (isFloat(own.type)) initializers.set(name, { ...own, data });
  }
  return { ...model, initializers };
}
