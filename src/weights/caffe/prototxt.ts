import { fail, numberOf, type Token, tokens, unquote } from './tokens.js';

interface Kinds {
  number: number;
  string: string;
  /** Not quoted: an enum's value, true or false. */
  word: string;
  message: TextMessage;
}

/** A value of protobuf's text format. */
export type TextValue = {
  [K in keyof Kinds]: { readonly kind: K; readonly value: Kinds[K]; readonly line: number };
}[keyof Kinds];

/** A message of protobuf's text format: named fields, each with its values in the order of the text. */
export class TextMessage {
  constructor(
    /** Where it opens, from 1. */
    readonly line: number,
    readonly fields: ReadonlyMap<string, readonly TextValue[]>,
  ) {}

  has(name: string): boolean {
    return this.fields.has(name);
  }

  /** All values of a repeated field, none when it is absent. Throws a FormatError for another kind of value. */
  #all<K extends keyof Kinds>(name: string, kind: K): Kinds[K][] {
    return (this.fields.get(name) ?? []).map((v) =>
      v.kind === kind
        ? (v.value as Kinds[K])
        : fail(`${name} holds a ${v.kind}, should hold a ${kind}`, v.line),
    );
  }

  #one<T>(name: string, values: T[]): T | undefined {
    if (values.length > 1)
      fail(`${name} is given ${values.length} times, should be given once`, this.fields.get(name)![1]!.line);
    return values[0];
  }

  messages = (name: string): TextMessage[] => this.#all(name, 'message');
  message = (name: string): TextMessage | undefined => this.#one(name, this.messages(name));
  strings = (name: string): string[] => this.#all(name, 'string');
  string = (name: string): string | undefined => this.#one(name, this.strings(name));
  number = (name: string): number | undefined => this.#one(name, this.numbers(name));
  words = (name: string): string[] => this.#all(name, 'word');
  word = (name: string): string | undefined => this.#one(name, this.words(name));

  /** Finite numbers: no field of Caffe's means anything by another. */
  numbers(name: string): number[] {
    const values = this.#all(name, 'number');
    for (const [i, v] of values.entries())
      if (!Number.isFinite(v)) fail(`${name} is ${v}, should be finite`, this.fields.get(name)![i]!.line);
    return values;
  }

  /** Whole numbers of at least 0, as sizes are. */
  sizes(name: string): number[] {
    const values = this.numbers(name);
    for (const [i, v] of values.entries()) {
      if (!Number.isSafeInteger(v) || v < 0)
        fail(`${name} is ${v}, should be a whole number of at least 0`, this.fields.get(name)![i]!.line);
    }
    return values;
  }

  size = (name: string): number | undefined => this.#one(name, this.sizes(name));

  boolean(name: string): boolean | undefined {
    const given = this.#one(name, [...(this.fields.get(name) ?? [])]);
    if (!given) return undefined;
    if (given.value === 1 || ['true', 'True', 't'].includes(given.value as string)) return true;
    if (given.value === 0 || ['false', 'False', 'f'].includes(given.value as string)) return false;
    return fail(`${name} is ${show(given)}, should be true or false`, given.line);
  }
}

const show = (v: TextValue): string =>
  v.kind === 'message' ? 'a message' : v.kind === 'string' ? JSON.stringify(v.value) : String(v.value);

/** Messages inside messages; Caffe's nets take 4. */
const DEPTH = 64;

class Parser {
  readonly #tokens: Generator<Token>;
  #next: Token;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
    this.#next = this.#tokens.next().value!;
  }

  #take(): Token {
    const token = this.#next;
    if (token.kind !== 'end') this.#next = this.#tokens.next().value!;
    return token;
  }

  #takes(...marks: string[]): boolean {
    const is = this.#next.kind === 'mark' && marks.includes(this.#next.text);
    if (is) this.#take();
    return is;
  }

  #expected(what: string): never {
    const { kind, text, line } = this.#next;
    return fail(`${kind === 'end' ? text : `'${text}'`}, should be ${what}`, line);
  }

  /** Fields up to the closing mark, which is taken too. */
  message(close: '}' | '>' | null, line: number): TextMessage {
    if (++this.#depth > DEPTH) fail(`messages nest more than ${DEPTH} deep`, line);
    const fields = new Map<string, TextValue[]>();
    while (!(close === null ? this.#next.kind === 'end' : this.#takes(close))) {
      if (this.#next.kind !== 'word')
        this.#expected(close === null ? 'a field name' : `a field name or '${close}'`);
      const name = this.#take().text;
      const values = fields.get(name) ?? [];
      fields.set(name, values);
      const colon = this.#takes(':');
      if (this.#takes('[')) this.#list(values);
      else values.push(this.#value(colon ? 'a value' : "':' or '{'", colon));
      this.#takes(',', ';');
    }
    this.#depth--;
    return new TextMessage(line, fields);
  }

  #list(values: TextValue[]): void {
    if (this.#takes(']')) return;
    do values.push(this.#value('a value', true));
    while (this.#takes(','));
    if (!this.#takes(']')) this.#expected("',' or ']'");
  }

  #value(wanted: string, scalar: boolean): TextValue {
    const { line } = this.#next;
    if (this.#takes('{')) return { kind: 'message', value: this.message('}', line), line };
    if (this.#takes('<')) return { kind: 'message', value: this.message('>', line), line };
    if (!scalar || this.#next.kind === 'mark' || this.#next.kind === 'end') this.#expected(wanted);
    const token = this.#take();
    if (token.kind === 'number') return { kind: 'number', value: numberOf(token), line };
    if (token.kind === 'word') return { kind: 'word', value: token.text, line };
    const bytes = unquote(token);
    while (this.#next.kind === 'string') for (const byte of unquote(this.#take())) bytes.push(byte);
    try {
      return {
        kind: 'string',
        value: new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes)),
        line,
      };
    } catch {
      return fail('a string that is no UTF-8', line);
    }
  }
}

/**
 * Reads protobuf's text format, as Caffe's .prototxt files are written. Which fields a message may have, and
 * of which kind, shows when they are asked for.
 * @throws FormatError with the line, what stands there and what should.
 */
export const parsePrototxt = (text: string): TextMessage =>
  new Parser(text.replace(/^\uFEFF/, '')).message(null, 1);
