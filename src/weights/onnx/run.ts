import type { Engine } from '../../engine/engine.js';
import { download, type Tensor } from '../../engine/tensor.js';
import { ShapeError } from '../../errors.js';
import type { CompileOptions } from '../../graph/net_options.js';
import type { Shape } from '../../shape.js';
import type { ImportedOnnx } from './import.js';
import { count, isFloat, type OnnxTensor, typedArray } from './tensor.js';
import { mapOf } from './value.js';

/** The map that holds a tensor of these sizes. */
export const shapeOf = (dims: readonly number[]): Shape => mapOf(dims) as Shape;

/**
 * Runs an imported model once on tensors as its file has them, by input name. To run it many times, compile
 * `imported.graph`.
 * @returns the model's outputs by name
 */
export async function runOnnx(
  engine: Engine,
  imported: ImportedOnnx,
  given: ReadonlyMap<string, OnnxTensor>,
  options: Omit<CompileOptions, 'weights'> = {},
): Promise<Map<string, OnnxTensor>> {
  const { graph, weights, outputs } = imported;
  const inputs: Record<string, { shape: Shape; data: Float32Array }> = {};
  for (const { name } of graph.inputs) {
    const tensor = given.get(name);
    if (!tensor) throw new ShapeError(`${name}: no input of this name was given`);
    inputs[name] = { shape: shapeOf(tensor.dims), data: Float32Array.from(tensor.data) };
  }
  const maps = new Map<string, Tensor>();
  if (graph.outputs.size > 0) {
    const { signal } = options;
    const net = await engine.compile(graph, { ...options, weights });
    try {
      const run = await net.run(inputs, signal ? { signal } : {});
      for (const [name, y] of Object.entries(run.outputs)) maps.set(name, y as Tensor);
    } finally {
      net.dispose();
    }
  }
  const found = new Map<string, OnnxTensor>();
  for (const { name, type, dims, data } of outputs) {
    const map = maps.get(name);
    const values = map ? await download(engine, map) : data!;
    map?.buffer.destroy();
    const sizes = map ? sized(dims, map.shape) : (dims as readonly number[]);
    const typed = typedArray(type, count(sizes));
    typed.set(isFloat(type) ? values : Array.from(values, Math.round));
    found.set(name, { type, dims: sizes, data: typed });
  }
  return found;
}

/** Sizes of an output; those that were free are of a map of images, channels, rows and columns. */
function sized(dims: readonly (number | null)[], { n, c, h, w }: Shape): number[] {
  const free = dims.length === 3 ? [n, c, w] : [n, c, h, w];
  return dims.map((d, i) => d ?? free[i]!);
}
