import { scaleFraction } from '../../lower/resize_table.js';

/**
 * A size that is known when the net runs: `num / den` times the sizes of axes of maps, rounded down. Symbols
 * are 'n', the number of images, and 'h:layer' and 'w:layer', a layer's height and width.
 */
export interface Free {
  readonly num: number;
  readonly den: number;
  /** In alphabetical order. */
  readonly symbols: readonly string[];
}

/** A size of a tensor, known or free. */
export type Dim = number | Free;

/** The free size of one axis. */
export const free = (symbol: string): Free => ({ num: 1, den: 1, symbols: [symbol] });

const gcd = (a: number, b: number): number => (b === 0 ? Math.abs(a) : gcd(b, a % b));

/** A fraction such as the 0.5 of a resize is binary, or nearly a small one. */
function parts(d: Dim): Free {
  if (typeof d !== 'number') return d;
  const [num, den] = Number.isSafeInteger(d) ? [d, 1] : scaleFraction(d);
  return { num, den, symbols: [] };
}

function dim(num: number, den: number, symbols: readonly string[]): Dim {
  if (num === 0) return 0;
  const divisor = gcd(num, den);
  return symbols.length === 0 && den === divisor
    ? num / divisor
    : { num: num / divisor, den: den / divisor, symbols: [...symbols].sort() };
}

/** a * b. */
export function times(a: Dim, b: Dim): Dim {
  const [p, q] = [parts(a), parts(b)];
  return dim(p.num * q.num, p.den * q.den, [...p.symbols, ...q.symbols]);
}

/** a / b, where b's symbols are among a's; null elsewhere. A fraction is kept, not rounded. */
export function over(a: Dim, b: Dim): Dim | null {
  const [p, q] = [parts(a), parts(b)];
  if (q.num === 0) return null;
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
export const showDims = (dims: readonly Dim[]): string =>
  `[${dims.map((d) => (typeof d === 'number' ? d : [...(d.num === d.den ? [] : [`${d.num}/${d.den}`]), ...d.symbols].join(' * '))).join(', ')}]`;
