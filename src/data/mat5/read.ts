import { FormatError, UnsupportedError } from '../../errors.js';
import { COMPRESSED, elementAt, type MatElement } from './element.js';
import { contentOf, matHead } from './matrix.js';
import type { MatValue } from './value.js';

const HEADER = 128;
const TAG = 8;
/** Deflate makes at most so many bytes out of one (RFC 1951). */
const DEFLATE_RATIO = 1032;

function checkHeader(bytes: Uint8Array, view: DataView): void {
  if (bytes.length < HEADER)
    throw new FormatError(`mat: ${bytes.length} bytes, should be at least ${HEADER}`, bytes.length);
  const [version, order] = [view.getUint16(124, true), String.fromCharCode(bytes[126]!, bytes[127]!)];
  if (order === 'MI') throw new UnsupportedError('mat: big-endian, should be little-endian');
  if (order !== 'IM') throw new FormatError('mat: no byte order, should be a MATLAB 5 file', 126);
  if (version === 0x0200) throw new UnsupportedError('mat: version 7.3 (HDF5), should be 5 to 7');
  if (version !== 0x0100)
    throw new FormatError(`mat: version 0x${version.toString(16)}, should be 0x100`, 124);
}

function joined(parts: readonly Uint8Array[], size: number): DataView {
  const y = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    y.set(part, at);
    at += part.length;
  }
  return new DataView(y.buffer);
}

/** The element inside of a compressed one. Stops where there are more bytes than its own tag says. */
async function inflate(bytes: Uint8Array, at: number): Promise<DataView> {
  const parts: Uint8Array[] = [];
  let [size, wanted] = [0, TAG];
  const packed = new Blob([new Uint8Array(bytes)]).stream();
  const reader = packed.pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      parts.push(next.value);
      size += next.value.length;
      if (wanted === TAG && size >= TAG) wanted += joined(parts, size).getUint32(4, true);
      if (size > wanted || wanted > DEFLATE_RATIO * bytes.length) break;
    }
  } catch (error) {
    throw new FormatError(`mat: ${(error as Error).message}, should be whole compressed data`, at);
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (size !== wanted) throw new FormatError(`mat: ${size} bytes inflated, should be ${wanted}`, at);
  return joined(parts, size);
}

/**
 * Reads the variables of a MATLAB file of version 5 to 7, compressed or not; only those of these names
 * where names are given, so that others may be of kinds that are not read.
 * @throws FormatError, UnsupportedError with the place in bytes.
 */
export async function readMat(bytes: Uint8Array, names?: readonly string[]): Promise<Map<string, MatValue>> {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkHeader(bytes, file);
  const values = new Map<string, MatValue>();
  for (let at = HEADER; at < bytes.length; ) {
    const element = elementAt(file, at, bytes.length);
    at = element.next;
    let [view, matrix]: [DataView, MatElement] = [file, element];
    if (element.type === COMPRESSED) {
      view = await inflate(bytes.subarray(element.start, element.end), element.start);
      matrix = elementAt(view, 0, view.byteLength);
    }
    const head = matHead(view, matrix);
    if (!head || (names && !names.includes(head.name))) continue;
    if (values.has(head.name))
      throw new FormatError(`mat: ${head.name} twice, should be once`, element.start);
    values.set(head.name, contentOf(head));
  }
  return values;
}

/** The variable of that name. @throws FormatError where there is none. */
export async function readMatVariable(bytes: Uint8Array, name: string): Promise<MatValue> {
  const value = (await readMat(bytes, [name])).get(name);
  if (!value) throw new FormatError(`mat: no variable ${name}, should hold it`);
  return value;
}
