import { FormatError } from '../errors.js';

/** Bytes of an element. */
const DTYPES = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['U16', 2],
  ['I16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['U32', 4],
  ['I32', 4],
  ['F32', 4],
  ['U64', 8],
  ['I64', 8],
  ['F64', 8],
  ['C64', 8],
]);

/** A tensor of a .safetensors file: little-endian, row-major. */
export interface SafeTensor {
  readonly name: string;
  /** F32, F16, BF16, I32, I64, ... */
  readonly dtype: string;
  readonly dims: readonly number[];
  /** View of the file. */
  readonly bytes: Uint8Array;
}

/** The tensors and the metadata of a .safetensors file. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, SafeTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The format's own bound on its header, in bytes. */
export const MAX_HEADER = 100_000_000;

const fail = (what: string, offset = -1): never => {
  throw new FormatError(`safetensors: ${what}`, offset);
};

/**
 * Reads a .safetensors file: an 8-byte header length, a JSON header, the numbers of its tensors end to end.
 * Tensors are views of `bytes`.
 * @throws FormatError for anything that breaks the format.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const start = headerEnd(bytes);
  const data = bytes.subarray(start);
  const { header, keys } = readHeader(bytes, start);
  const metadata = metadataOf(header);
  const placed: (SafeTensor & { begin: number; end: number })[] = [];
  let distinct = 0;
  for (const [name, entry] of Object.entries(header)) {
    const fields = object(name, entry);
    distinct += 1 + Object.keys(fields).length;
    if (name !== '__metadata__') placed.push(readEntry(name, fields, data));
  }
  // JSON.parse keeps the last of equal keys without a word.
  if (keys !== distinct) fail('the header names something twice', 8);
  let at = 0;
  for (const { name, begin, end } of placed.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== at) fail(`${name} begins at ${begin}, should follow what ends at ${at}`, start + at);
    at = end;
  }
  if (at !== data.length) fail(`tensors of ${at} bytes in a file with ${data.length}`, start + at);
  const tensors = new Map(
    placed.map(({ name, dtype, dims, bytes: own }) => [name, { name, dtype, dims, bytes: own }]),
  );
  return { tensors, metadata };
}

/** Where the header ends and the numbers begin, from a file's first 8 bytes. @throws FormatError */
export function headerEnd(bytes: Uint8Array): number {
  if (bytes.length < 8) fail(`a file of ${bytes.length} bytes, should be at least 8`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER) fail(`a header of ${length} bytes, should be at most ${MAX_HEADER}`, 0);
  return 8 + length;
}

/** The metadata alone, from a file's bytes up to the end of its header or beyond. @throws FormatError */
export const readMetadata = (bytes: Uint8Array): ReadonlyMap<string, string> =>
  metadataOf(readHeader(bytes, headerEnd(bytes)).header);

function metadataOf(header: Record<string, unknown>): Map<string, string> {
  const found = Object.entries(object('__metadata__', header.__metadata__ ?? {}));
  return new Map(
    found.map(([key, value]) => [
      key,
      typeof value === 'string' ? value : fail(`metadata '${key}', should be a string`),
    ]),
  );
}

function object(name: string, value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : fail(`'${name}' of the header, should be an object`);
}

/** The header, which ends at `end`, and how many keys its text has. */
function readHeader(bytes: Uint8Array, end: number): { header: Record<string, unknown>; keys: number } {
  if (end > bytes.length) fail(`a header of ${end - 8} bytes, the file has ${bytes.length - 8} left`, 0);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, end));
    if (!text.startsWith('{')) fail('a header that begins with another character than {', 8);
    return { header: object('all', JSON.parse(text)), keys: countKeys(text) };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      return fail(`the header is no JSON: ${error.message}`, 8);
    throw error;
  }
}

/** Keys of all objects in a valid JSON text: a colon outside a string follows each. */
function countKeys(json: string): number {
  let keys = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (quoted && c === '\\') i++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ':') keys++;
  }
  return keys;
}

/** A value for a message; what nests is not printed. */
function show(value: unknown): string {
  if (Array.isArray(value) && value.every((v) => typeof v !== 'object')) return `[${value.slice(0, 16)}]`;
  return typeof value === 'object' ? 'that nests' : JSON.stringify(value);
}

const sizes = (name: string, key: string, value: unknown): number[] =>
  Array.isArray(value) && value.every((v) => Number.isSafeInteger(v) && v >= 0)
    ? value
    : fail(`${name}: ${key} ${show(value)}, should be whole numbers of at least 0`);

function readEntry(name: string, fields: Record<string, unknown>, data: Uint8Array) {
  const { dtype, shape, data_offsets, ...others } = fields;
  for (const key of Object.keys(others))
    fail(`${name}: '${key}' of the header, should be dtype, shape or data_offsets`);
  const width =
    DTYPES.get(dtype as string) ??
    fail(`${name}: dtype ${show(dtype)}, should be one of ${[...DTYPES.keys()].join(', ')}`);
  const dims = sizes(name, 'shape', shape);
  const offsets = sizes(name, 'data_offsets', data_offsets);
  const [begin = 0, end = 0] = offsets;
  if (offsets.length !== 2 || begin > end || end > data.length)
    fail(`${name}: data_offsets [${offsets}], should be two within ${data.length} bytes`);
  const wanted = dims.reduce((a, b) => a * b, width);
  if (end - begin !== wanted)
    fail(`${name}: ${end - begin} bytes for ${dtype} [${dims}], should be ${wanted}`);
  return { name, dtype: dtype as string, dims, bytes: data.subarray(begin, end), begin, end };
}
