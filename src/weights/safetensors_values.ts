import { FormatError, UnsupportedError } from '../errors.js';
import { halfToNumber } from './half.js';
import type { SafeTensor, Safetensors } from './safetensors.js';
import type { Weights } from './weights.js';

/** The elements as they lie in the file, or a copy where they lie askew. */
function words<T>(
  { bytes }: SafeTensor,
  Type: { new (buffer: ArrayBufferLike, from: number, length: number): T; BYTES_PER_ELEMENT: number },
): T {
  const { buffer, byteOffset } = bytes.byteOffset % Type.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Type(buffer, byteOffset, bytes.length / Type.BYTES_PER_ELEMENT);
}

/** An F32, F16 or BF16 tensor as f32: a view of the file where it is F32 and aligned, else a copy. */
export function floats(t: SafeTensor): Float32Array {
  if (t.dtype === 'F32') return words(t, Float32Array);
  if (t.dtype === 'F16') return Float32Array.from(words(t, Uint16Array), halfToNumber);
  if (t.dtype === 'BF16')
    return new Float32Array(Uint32Array.from(words(t, Uint16Array), (h) => h << 16).buffer);
  throw new UnsupportedError(`${t.name}: dtype ${t.dtype}, should be F32, F16 or BF16`);
}

/** An I32 or I64 tensor as numbers. @throws FormatError for one beyond 2^53. */
export function integers(t: SafeTensor): number[] {
  if (t.dtype === 'I32') return [...words(t, Int32Array)];
  if (t.dtype !== 'I64') throw new UnsupportedError(`${t.name}: dtype ${t.dtype}, should be I32 or I64`);
  return Array.from(words(t, BigInt64Array), (value, i) => {
    if (!Number.isSafeInteger(Number(value)))
      throw new FormatError(`safetensors: ${t.name}: element ${i} is ${value}, should be within 2^53`);
    return Number(value);
  });
}

/** All floating-point tensors of a file as a net's weights. */
export const weightsOf = (file: Safetensors): Weights =>
  new Map(
    [...file.tensors.values()]
      .filter((t) => ['F32', 'F16', 'BF16'].includes(t.dtype))
      .map((t) => [t.name, { dims: t.dims, data: floats(t) }]),
  );
