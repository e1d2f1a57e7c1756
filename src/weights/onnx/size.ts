import { UnsupportedError } from '../../errors.js';
import { scaleFraction } from '../../lower/resize_table.js';
import { gcd } from '../../shape.js';

/**
 * A size that is known when the net runs: `num / den` times the sizes of axes of maps, rounded down, plus a
 * whole number of at least 0. Symbols are 'n', the number of images, and 'h:layer' and 'w:layer', a layer's
 * height and width.
 */
export interface Free {
  readonly num: number;
  readonly den: number;
  /** In alphabetical order. */
  readonly symbols: readonly string[];
  readonly plus: number;
}

/** A size of a tensor, known or free. */
export type Dim = number | Free;

/** The free size of one axis. */
export const free = (symbol: string): Free => ({ num: 1, den: 1, symbols: [symbol], plus: 0 });

/** A fraction such as the 0.5 of a resize is binary, or nearly a small one. */
function parts(d: Dim): Free {
  if (typeof d !== 'number') return d;
  const [num, den] = Number.isSafeInteger(d) ? [d, 1] : scaleFraction(d);
  return { num, den, symbols: [], plus: 0 };
}

function dim(num: number, den: number, symbols: readonly string[]): Dim {
  if (num === 0) return 0;
  const divisor = gcd(num, den);
  return symbols.length === 0 && den === divisor
    ? num / divisor
    : { num: num / divisor, den: den / divisor, symbols: [...symbols].sort(), plus: 0 };
}

/** a + b; null for what has no form: two free sizes, or less than a free one. */
export function sum(a: Dim, b: Dim): Dim | null {
  if (typeof a !== 'number') return typeof b === 'number' ? sum(b, a) : null;
  if (typeof b === 'number') return a + b;
  return Number.isSafeInteger(a) && b.plus + a >= 0 ? { ...b, plus: b.plus + a } : null;
}

/** a * b. @throws UnsupportedError where one of them is a sum */
export function times(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  const [p, q] = [parts(a), parts(b)];
  if (p.plus || q.plus) throw new UnsupportedError(`a size of ${showDims([a])} times ${showDims([b])}`);
  return dim(p.num * q.num, p.den * q.den, [...p.symbols, ...q.symbols]);
}

/** a / b, where b's symbols are among a's; null elsewhere. A fraction is kept, not rounded. */
export function over(a: Dim, b: Dim): Dim | null {
  if (b === 1 || (a === 0 && b !== 0)) return a;
  const [p, q] = [parts(a), parts(b)];
  if (q.num === 0) return null;
  if (p.plus || q.plus) return showDims([a]) === showDims([b]) ? 1 : null;
  const symbols = [...p.symbols];
  for (const symbol of q.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  return dim(p.num * q.den, p.den * q.num, symbols);
}

/** Whether two sizes are known to be equal. */
export const equalDims = (a: Dim, b: Dim): boolean => over(a, b) === 1 || (a === 0 && b === 0);

/** The product of sizes. */
export const product = (dims: readonly Dim[]): Dim => dims.reduce(times, 1);

/** "[n, 21, h:conv1, 4]", for messages. */
export const showDims = (dims: readonly Dim[]): string => `[${dims.map(show).join(', ')}]`;

function show(d: Dim): string {
  if (typeof d === 'number') return `${d}`;
  const factor = d.num === d.den ? [] : [`${d.num}/${d.den}`];
  return `${[...factor, ...d.symbols].join(' * ')}${d.plus ? ` + ${d.plus}` : ''}`;
}
