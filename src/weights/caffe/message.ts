import { fail } from './tokens.js';

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
