import { TextMessage, type TextValue } from './message.js';
import { fail, numberOf, type Token, tokens, unquote } from './tokens.js';

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
