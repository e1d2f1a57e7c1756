import { FormatError } from '../errors.js';

/** An array of a .npy file, row-major. */
export interface NpyArray {
  readonly dims: readonly number[];
  readonly data: Float32Array | Float64Array | Uint8Array | BigInt64Array;
}

const TYPES = { '<f4': Float32Array, '<f8': Float64Array, '|u1': Uint8Array, '<i8': BigInt64Array } as const;

const MAGIC = [0x93, ...new TextEncoder().encode('NUMPY')];

/** Bytes before the header's text, in version 1.0. */
const PREFIX = 10;

/**
 * Reads a .npy file of version 1.0 in C order; f32, f64, u8 and i64 only, and no byte more than its shape needs.
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const fail = (what: string): never => {
    throw new FormatError(`npy: ${what}`);
  };
  if (bytes.length < PREFIX || MAGIC.some((byte, i) => bytes[i] !== byte))
    fail('the magic bytes are not there');
  if (bytes[6] !== 1 || bytes[7] !== 0) fail(`version ${bytes[6]}.${bytes[7]}, should be 1.0`);
  const start = PREFIX + bytes[8]! + 256 * bytes[9]!;
  if (start > bytes.length) fail(`a header of ${start} bytes in a file of ${bytes.length}`);
  const header = new TextDecoder('latin1').decode(bytes.subarray(PREFIX, start));
  const found =
    /^\{'descr': '(?<type>[^']+)', 'fortran_order': (?<fortran>True|False), 'shape': \((?<shape>[\d, ]*)\), \} *\n$/.exec(
      header,
    );
  const { type = '', fortran, shape = '' } = found?.groups ?? fail(`header ${JSON.stringify(header)}`);
  if (fortran !== 'False') fail('Fortran order, should be C order');
  const Values = (TYPES as Record<string, (typeof TYPES)[keyof typeof TYPES]>)[type];
  if (!Values) return fail(`elements of '${type}', should be one of ${Object.keys(TYPES)}`);
  const dims = shape
    .split(',')
    .map((size) => size.trim())
    .filter(Boolean)
    .map(Number);
  const wanted = dims.reduce((a, b) => a * b, 1) * Values.BYTES_PER_ELEMENT;
  if (bytes.length - start !== wanted)
    fail(`${bytes.length - start} bytes for [${dims}], should be ${wanted}`);
  return { dims, data: new Values(new Uint8Array(bytes.subarray(start)).buffer) };
}

/** A .npy file that must hold f32. */
export function readNpyF32(bytes: Uint8Array): { dims: readonly number[]; data: Float32Array } {
  const { dims, data } = readNpy(bytes);
  if (!(data instanceof Float32Array)) throw new FormatError('npy: other elements than f32');
  return { dims, data };
}
