import { PbfReader } from 'pbf';
import { FormatError } from '../errors.js';

/** Elements of a repeated fixed-width field: `count` of them, the first at byte `offset`, `stride` bytes apart. */
export interface FixedRun {
  readonly offset: number;
  readonly count: number;
  readonly stride: number;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Wire types of protobuf. */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/**
 * Reads protobuf messages and trusts none of their lengths: whatever would leave its message is a
 * FormatError with the byte offset.
 */
export class ProtoReader {
  readonly #pbf: PbfReader;
  #end: number;
  #wire = VARINT;

  constructor(
    /** Opens each error's message. */
    readonly format: string,
    readonly bytes: Uint8Array,
  ) {
    this.#pbf = new PbfReader(bytes);
    this.#end = bytes.length;
  }

  get offset(): number {
    return this.#pbf.pos;
  }

  fail(what: string, offset = this.offset): never {
    throw new FormatError(`${this.format}: ${what}`, offset);
  }

  /** Calls `visit` with the number of each field up to the end of the message; a field left unread is skipped. */
  fields(visit: (field: number) => void): void {
    while (this.offset < this.#end) {
      const at = this.offset;
      const tag = this.#varint();
      const field = Math.floor(tag / 8);
      if (field < 1 || field > 0x1fffffff)
        this.fail(`field number ${field}, should be from 1 to 2^29 - 1`, at);
      this.#wire = tag % 8;
      const value = this.offset;
      visit(field);
      if (this.offset === value) this.#skip(at);
    }
  }

  /** Reads a message inside the message. */
  message(visit: (field: number) => void): void {
    this.within(() => this.fields(visit));
  }

  /** Runs `read`, for which the message inside the message is all there is. */
  within<T>(read: () => T): T {
    const end = this.#end;
    this.#end = this.#length();
    const result = read();
    this.#end = end;
    return result;
  }

  string(): string {
    const end = this.#length();
    const start = this.offset;
    this.#pbf.pos = end;
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      return this.fail('a string that is no UTF-8', start);
    }
  }

  /** A whole number of at least 0. */
  size(): number {
    this.#expect(VARINT, 'a whole number');
    return this.#size();
  }

  /** Whole numbers of at least 0, packed or one. */
  sizes(): number[] {
    if (this.#wire !== BYTES) return [this.size()];
    return this.within(() => {
      const values: number[] = [];
      while (this.offset < this.#end) values.push(this.#size());
      return values;
    });
  }

  /** A whole number that may be negative; the nearest float64 where it is long. */
  int(): number {
    this.#expect(VARINT, 'a whole number');
    return this.#varint(true);
  }

  /** Whole numbers that may be negative, packed or one. */
  ints(): number[] {
    if (this.#wire !== BYTES) return [this.int()];
    return this.within(() => {
      const values: number[] = [];
      while (this.offset < this.#end) values.push(this.#varint(true));
      return values;
    });
  }

  /** One float of four bytes. */
  float(): number {
    this.#expect(FIXED32, 'a float');
    if (this.offset + 4 > this.#end) this.#breaksOff(this.offset);
    return this.#pbf.readFloat();
  }

  /** Reads the floats or doubles of a run into `into`, from element `at` on. */
  readRun(
    { offset, count, stride }: FixedRun,
    width: 4 | 8,
    into: Float32Array | Float64Array,
    at = 0,
  ): void {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    for (let i = 0; i < count; i++)
      into[at + i] =
        width === 4 ? view.getFloat32(offset + i * stride, true) : view.getFloat64(offset + i * stride, true);
  }

  /** Bytes of the file, not copied. */
  raw(): Uint8Array {
    const end = this.#length();
    const bytes = this.bytes.subarray(this.offset, end);
    this.#pbf.pos = end;
    return bytes;
  }

  /** Elements of a repeated fixed-width field with a number below 16: packed, or all single ones that follow. */
  fixed(width: 4 | 8): FixedRun {
    if (this.#wire === BYTES) {
      const end = this.#length();
      const offset = this.offset;
      if ((end - offset) % width !== 0)
        this.fail(`${end - offset} bytes of packed values, should be a multiple of ${width}`, offset);
      this.#pbf.pos = end;
      return { offset, count: (end - offset) / width, stride: width };
    }
    this.#expect(width === 4 ? FIXED32 : FIXED64, `values of ${width} bytes`);
    const offset = this.offset;
    const stride = width + 1;
    const tag = this.bytes[offset - 1];
    let count = 1;
    if (offset + width > this.#end) this.#breaksOff(offset);
    while (this.bytes[offset + count * stride - 1] === tag && offset + count * stride + width <= this.#end)
      count++;
    this.#pbf.pos = offset + count * stride - 1;
    return { offset, count, stride };
  }

  #expect(wire: number, what: string): void {
    if (this.#wire !== wire) this.fail(`wire type ${this.#wire}, should be ${wire} for ${what}`);
  }

  #breaksOff(offset: number): never {
    return this.fail(`a value runs past byte ${this.#end}, where its message ends`, offset);
  }

  #varint(signed = false): number {
    const at = this.offset;
    for (let i = at; ; i++) {
      if (i >= this.#end) this.#breaksOff(at);
      if (i - at === 10) this.fail('a number of more than 10 bytes', at);
      if (this.bytes[i]! < 0x80) break;
    }
    return this.#pbf.readVarint(signed);
  }

  #size(): number {
    const at = this.offset;
    const value = this.#varint();
    if (!Number.isSafeInteger(value)) this.fail(`a size of ${value}, should be at most 2^53 - 1`, at);
    return value;
  }

  /** Reads a length and returns the byte where its value ends. */
  #length(): number {
    this.#expect(BYTES, 'a value with its length');
    const at = this.offset;
    const end = this.#varint() + this.offset;
    if (end > this.#end)
      this.fail(`a value of ${end - this.offset} bytes, its message has ${this.#end - this.offset} left`, at);
    return end;
  }

  #skip(at: number): void {
    if (this.#wire === VARINT) this.#varint();
    else if (this.#wire === BYTES) this.#pbf.pos = this.#length();
    else if (this.#wire === FIXED32 || this.#wire === FIXED64) {
      const end = this.offset + (this.#wire === FIXED32 ? 4 : 8);
      if (end > this.#end) this.#breaksOff(at);
      this.#pbf.pos = end;
    } else this.fail(`wire type ${this.#wire}, should be 0, 1, 2 or 5`, at);
  }
}
