import { FormatError, UnsupportedError } from '../../errors.js';
import { elementAt, MATRIX, type MatElement, numbersOf, textOf } from './element.js';
import { inRows, type MatNumberArray, type MatValue } from './value.js';

const CELL = 1;
const STRUCT = 2;
const CHAR = 4;
const COMPLEX = 0x0800;

/** By class: the array that holds its numbers. 64-bit integers are held as doubles, where these are exact. */
const ARRAYS: Readonly<Record<number, new (length: number) => MatNumberArray>> = {
  6: Float64Array,
  7: Float32Array,
  8: Int8Array,
  9: Uint8Array,
  10: Int16Array,
  11: Uint16Array,
  12: Int32Array,
  13: Uint32Array,
  14: Float64Array,
  15: Float64Array,
};

const CLASSES: Readonly<Record<number, string>> = {
  3: 'an object',
  5: 'a sparse matrix',
  16: 'a function handle',
  17: 'an opaque object',
};

/** Cells in cells, at most. */
const MOST_DEPTH = 64;

const fail = (what: string, should: string, at: number): never => {
  throw new FormatError(`mat: ${what}, should be ${should}`, at);
};

/** Reads the elements inside of a matrix one after another. */
class Parts {
  #at: number;
  constructor(
    readonly view: DataView,
    { start, end }: MatElement,
  ) {
    this.#at = start;
    this.end = end;
  }
  readonly end: number;

  get at(): number {
    return this.#at;
  }
  get left(): number {
    return this.end - this.#at;
  }
  next(): MatElement {
    const element = elementAt(this.view, this.#at, this.end);
    this.#at = element.next;
    return element;
  }
  numbers = (): number[] => numbersOf(this.view, this.next());
  text = (): string => textOf(this.view, this.next());
}

/** What stands before the values of a matrix. */
export interface MatHead {
  readonly class: number;
  readonly flags: number;
  readonly dims: readonly number[];
  readonly count: number;
  readonly name: string;
  readonly parts: Parts;
}

/** A matrix element as far as its name; null for one without bytes, which is an empty matrix. */
export function matHead(view: DataView, element: MatElement): MatHead | null {
  if (element.type !== MATRIX) fail(`type ${element.type}`, 'a matrix (14)', element.start - 8);
  if (element.end === element.start) return null;
  const parts = new Parts(view, element);
  const [flags = 0, ...more] = parts.numbers();
  if (more.length !== 1) fail(`${more.length + 1} flags`, '2', element.start);
  const dims = parts.numbers();
  if (dims.length < 2 || !dims.every((size) => size >= 0 && Number.isInteger(size)))
    fail(`dimensions [${dims.slice(0, 8)}]`, 'two or more sizes', element.start);
  const count = dims.reduce((product, size) => product * size, 1);
  return { class: flags & 0xff, flags, dims, count, name: parts.text(), parts };
}

function numbersIn({ class: id, flags, dims, count, parts }: MatHead): MatValue {
  if (flags & COMPLEX) throw new UnsupportedError('mat: complex numbers, should be real');
  const at = parts.at;
  const stored = parts.numbers();
  if (stored.length !== count) fail(`${stored.length} numbers for [${dims}]`, `${count}`, at);
  const data = new ARRAYS[id]!(count);
  inRows(dims, stored, data as unknown as number[]);
  // A stored type may be narrower than the class, never such that values change.
  const float = id <= 7;
  if (!float && id < 14) {
    const exact = inRows(dims, stored, new Array<number>(count));
    const wrong = exact.findIndex((value, i) => value !== data[i]);
    if (wrong >= 0) fail(`${exact[wrong]}`, `a value of class ${id}`, at);
  }
  return { kind: 'numbers', dims, data };
}

function textIn({ dims, count, parts }: MatHead): MatValue {
  const at = parts.at;
  const text = count === 0 && parts.left === 0 ? '' : parts.text();
  if (text.length !== count) fail(`${text.length} characters for [${dims}]`, `${count}`, at);
  const characters = inRows(dims, text.split(''), new Array<string>(count));
  const columns = dims.at(-1)!;
  const lines = Array.from({ length: columns ? count / columns : 0 }, (_, line) =>
    characters.slice(line * columns, (line + 1) * columns).join(''),
  );
  return { kind: 'text', dims, lines };
}

/** So many elements must have a tag each, before memory is asked for them. */
function checkCount({ count, dims, parts }: MatHead, each: number): void {
  if (count * each * 8 > parts.left || count > parts.end)
    fail(`${parts.left} bytes for [${dims}] elements`, `at least ${count * each * 8}`, parts.at);
}

function cellsIn(head: MatHead, depth: number): MatValue {
  checkCount(head, 1);
  const { dims, count, parts } = head;
  const stored = Array.from({ length: count }, () => matValue(parts.view, parts.next(), depth));
  return { kind: 'cells', dims, cells: inRows(dims, stored, new Array<MatValue>(count)) };
}

function structsIn(head: MatHead, depth: number): MatValue {
  const { dims, count, parts } = head;
  const at = parts.at;
  const [length = 0, ...more] = parts.numbers();
  if (more.length > 0 || length < 1) fail(`a field name of ${length} bytes`, 'at least 1', at);
  const names = parts.text();
  if (names.length % length) fail(`${names.length} bytes of field names`, `a multiple of ${length}`, at);
  const fields = Array.from({ length: names.length / length }, (_, i) =>
    names.slice(i * length, (i + 1) * length).replace(/\0.*$/s, ''),
  );
  if (new Set(fields).size < fields.length) fail(`fields [${fields}]`, 'different names', at);
  checkCount(head, fields.length);
  const stored = Array.from(
    { length: count },
    () => new Map(fields.map((field) => [field, matValue(parts.view, parts.next(), depth)])),
  );
  return { kind: 'structs', dims, structs: inRows(dims, stored, new Array<Map<string, MatValue>>(count)) };
}

/** The value behind a head. */
export function contentOf(head: MatHead, depth = 0): MatValue {
  const { class: id, parts } = head;
  if (depth > MOST_DEPTH) fail(`${depth} cells or structs in each other`, `at most ${MOST_DEPTH}`, parts.at);
  if (id === CELL) return cellsIn(head, depth + 1);
  if (id === STRUCT) return structsIn(head, depth + 1);
  if (id === CHAR) return textIn(head);
  if (ARRAYS[id]) return numbersIn(head);
  const what = CLASSES[id];
  if (what)
    throw new UnsupportedError(`mat: ${what} (class ${id}), should be numbers, text, cells or a struct`);
  return fail(`class ${id}`, '1 to 17', parts.at);
}

function matValue(view: DataView, element: MatElement, depth: number): MatValue {
  const head = matHead(view, element);
  return head ? contentOf(head, depth) : { kind: 'numbers', dims: [0, 0], data: new Float64Array() };
}
