import type { Elem } from '../dispatch.js';
import type { Engine } from '../engine/engine.js';
import { uploadFilter, uploadVector } from '../engine/tensor.js';
import { WeightsError } from '../errors.js';
import { filterSize } from '../lower/filter.js';
import { foldScale } from '../ops/batch_norm.js';
import { checkFiniteTensor, type Weights } from '../weights/weights.js';
import type { Block, LayerWeights } from './block.js';
import type { Layer } from './fuse.js';
import { KINDS } from './kinds.js';
import type { Kind } from './node.js';

/** The layer's numbers as its kernels expect them, checked. */
export interface LayerData {
  readonly filter: Float32Array | null;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** Reads one tensor. @throws WeightsError where it is missing, of another size, or not finite. */
export function tensorData(weights: Weights, name: string, size: number): Float32Array {
  const tensor = weights.get(name);
  if (!tensor) throw new WeightsError(`${name}: missing, should have ${size} values`, name);
  const { data, dims } = tensor;
  if (data.length !== size)
    throw new WeightsError(`${name}: ${data.length} values [${dims.join(', ')}], should be ${size}`, name);
  checkFiniteTensor(name, data);
  return data;
}

/** Everything that one layer needs of a net's weights, with a scale behind it folded in. */
export function layerData(layer: Layer, shapes: LayerWeights, weights: Weights): LayerData {
  const shape = shapes.filter?.shape;
  const filter = shape ? tensorData(weights, `${layer.name}.weight`, filterSize(shape)) : null;
  if (layer.fold && shape && filter) {
    const own = layer.fold.bias ? tensorData(weights, `${layer.name}.bias`, shape.out) : null;
    const { weight: scale, bias = new Float32Array(shape.out) } = vectorData(layer.fold.layer, weights);
    const folded = foldScale(filter, own, shape, { scale: scale!, bias });
    return { filter: folded.w, vectors: { bias: folded.b } };
  }
  return { filter, vectors: vectorData(layer, weights) };
}

/** The per-channel tensors that a layer runs with. */
function vectorData(layer: Layer, weights: Weights): LayerData['vectors'] {
  const rule = KINDS[layer.kind] as Kind<unknown>;
  const stored: Record<string, Float32Array> = {};
  for (const [name, length] of Object.entries(rule.vectors?.(layer.attrs) ?? {})) {
    stored[name] = tensorData(weights, `${layer.name}.${name}`, length);
  }
  return rule.derived?.values(layer.attrs, stored) ?? stored;
}

/** Uploads one layer's weights into new buffers. */
export function uploadLayer(
  engine: Engine,
  layer: Layer,
  shapes: LayerWeights,
  data: LayerData,
  elem: Elem,
): [Block, GPUBuffer][] {
  const made: [Block, GPUBuffer][] = [];
  if (shapes.filter) {
    const { shape, layout, parts } = shapes.filter;
    const filter = uploadFilter(engine, data.filter!, shape, layout, elem, `${layer.name}.weight`);
    for (const [i, part] of parts.entries()) made.push([part.view.buffer, filter.parts[i]!.view.buffer]);
  }
  for (const [name, view] of Object.entries(shapes.vectors)) {
    const values = data.vectors[name]!;
    made.push([view.buffer, uploadVector(engine, values, values.length, `${layer.name}.${name}`).buffer]);
  }
  return made;
}
