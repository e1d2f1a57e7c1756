import { readSafetensors } from '../../src/weights/safetensors.js';
import { integers, weightsOf } from '../../src/weights/safetensors_values.js';
import type { Weights } from '../../src/weights/weights.js';

/** The tensors of a .safetensors file, whole numbers among them, and its metadata. */
export function tensorsOf(bytes: Uint8Array): { tensors: Weights; metadata: ReadonlyMap<string, string> } {
  const file = readSafetensors(bytes);
  const tensors = weightsOf(file);
  for (const t of file.tensors.values())
    if (t.dtype === 'I32') tensors.set(t.name, { dims: t.dims, data: Float32Array.from(integers(t)) });
  return { tensors, metadata: file.metadata };
}
