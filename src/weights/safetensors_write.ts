import type { Elem } from '../dispatch.js';
import { FormatError, WeightsError } from '../errors.js';
import { LARGEST_HALF, numberToHalf } from './half.js';
import { MAX_HEADER } from './safetensors.js';
import type { Weights, WeightTensor } from './weights.js';

/** What a file is written as. */
export interface SafetensorsOptions {
  readonly metadata?: ReadonlyMap<string, string>;
  /** f16 halves the filters; tensors of one axis, which are small and may be statistics, stay f32. */
  readonly elem?: Elem;
}

/**
 * A file of weights in parts: its header, then each tensor, of which f32 ones are views. The largest elements
 * come first, so that every tensor is aligned.
 * @throws WeightsError for a number that f16 cannot hold; FormatError for what cannot be written
 */
export function* safetensorsParts(
  weights: Weights,
  { metadata = new Map(), elem = 'f32' }: SafetensorsOptions = {},
): Generator<Uint8Array<ArrayBuffer>> {
  const isHalf = ({ dims }: WeightTensor) => elem === 'f16' && dims.length > 1;
  const placed = [...weights].toSorted(([, a], [, b]) => Number(isHalf(a)) - Number(isHalf(b)));
  const places = new Map<string, readonly [number, number]>();
  let at = 0;
  for (const [name, tensor] of placed) {
    const { dims, data } = tensor;
    const wanted = dims.reduce((a, b) => a * b, 1);
    if (wanted !== data.length)
      throw new FormatError(`safetensors: ${name}: ${data.length} values for [${dims}], should be ${wanted}`);
    const end = at + data.length * (isHalf(tensor) ? 2 : 4);
    places.set(name, [at, end]);
    at = end;
  }
  yield headerOf(weights, metadata, (name, tensor) => ({
    dtype: isHalf(tensor) ? 'F16' : 'F32',
    shape: tensor.dims,
    data_offsets: places.get(name),
  }));
  for (const [name, tensor] of placed) {
    const { data } = tensor;
    if (isHalf(tensor)) yield new Uint8Array(halves(name, data).buffer);
    else yield new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }
}

/** The header's length and its JSON, padded to 8 bytes. */
function headerOf(
  weights: Weights,
  metadata: ReadonlyMap<string, string>,
  entryOf: (name: string, tensor: WeightTensor) => object,
): Uint8Array<ArrayBuffer> {
  if (weights.has('__metadata__'))
    throw new FormatError('safetensors: __metadata__: a tensor, should have another name');
  const entries: [string, unknown][] = [...weights].map(([name, tensor]) => [name, entryOf(name, tensor)]);
  if (metadata.size > 0) entries.unshift(['__metadata__', Object.fromEntries(metadata)]);
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER)
    throw new FormatError(`safetensors: a header of ${length} bytes, should be at most ${MAX_HEADER}`);
  const header = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

function halves(name: string, data: Float32Array): Uint16Array<ArrayBuffer> {
  const made = new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    made[i] = numberToHalf(data[i]!);
    if ((made[i]! & 0x7fff) === 0x7c00 && Number.isFinite(data[i]))
      throw new WeightsError(
        `${name}: element ${i} is ${data[i]}, should be within ${LARGEST_HALF} for f16`,
        name,
      );
  }
  return made;
}

/** A whole file of weights. See `safetensorsParts`. */
export const writeSafetensors = (weights: Weights, options?: SafetensorsOptions): Uint8Array<ArrayBuffer> =>
  joined([...safetensorsParts(weights, options)]);

/** Parts of a file, end to end. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
