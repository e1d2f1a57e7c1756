import { FormatError } from '../../errors.js';

/** A word, number, string or mark of protobuf's text format. */
export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'mark' | 'end';
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Throws a FormatError with the line. */
export const fail = (what: string, line: number): never => {
  throw new FormatError(`prototxt: ${what}`, line, 'line');
};

const TOKEN =
  /(?<space>\s+|#[^\n]*)|(?<number>[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fF]?|inf(?:inity)?\b|nan\b))|(?<word>[A-Za-z_][\w.]*)|(?<string>"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*')|(?<mark>[{}<>[\]:;,])/iy;

/** The tokens of a text, without spaces and comments; the last is its end. */
export function* tokens(text: string): Generator<Token> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) {
      const quote = text[at] === '"' || text[at] === "'";
      return fail(
        quote
          ? 'a string without an end, should end on its line'
          : `${JSON.stringify(text[at])}, should be a name or a value`,
        line,
      );
    }
    at = TOKEN.lastIndex;
    const [kind, value] = Object.entries(found.groups!).find(([, v]) => v !== undefined)!;
    if (kind !== 'space') yield { kind: kind as Token['kind'], text: value, line };
    else line += value.split('\n').length - 1;
  }
  yield { kind: 'end', text: 'the end of the text', line };
}

const ESCAPES = new Map(
  Object.entries({ n: 10, r: 13, t: 9, a: 7, b: 8, f: 12, v: 11, '\\': 92, "'": 39, '"': 34, '?': 63 }),
);

/** The bytes of a quoted string; escapes may spell single bytes of UTF-8. */
export function unquote(token: Token): number[] {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  const parts = token.text
    .slice(1, -1)
    .matchAll(/\\(?:([0-7]{1,3})|[xX]([\da-fA-F]{1,2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))|[^\\]+/gs);
  for (const [all, octal, hex, u4, u8, letter] of parts) {
    const unicode = u4 ?? u8;
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (unicode !== undefined) {
      const point = Number.parseInt(unicode, 16);
      if (point > 0x10ffff) fail(`${all} in a string, should be a Unicode code point`, token.line);
      bytes.push(...encoder.encode(String.fromCodePoint(point)));
    } else if (letter === undefined) for (const byte of encoder.encode(all)) bytes.push(byte);
    else
      bytes.push(
        ESCAPES.get(letter) ?? fail(`${all} in a string, should be an escape such as \\n`, token.line),
      );
  }
  return bytes;
}

/** The value of a number as C writes it: hexadecimal, octal, with an f behind it. */
export function numberOf(token: Token): number {
  const sign = token.text.startsWith('-') ? -1 : 1;
  const digits = token.text.replace(/^[+-]/, '').toLowerCase();
  if (digits.startsWith('inf')) return sign * Number.POSITIVE_INFINITY;
  if (digits === 'nan') return Number.NaN;
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits.startsWith('0x') ? digits : digits.replace(/f$/, ''));
}
