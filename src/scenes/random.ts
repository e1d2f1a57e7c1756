// Numbers from whole-number hashes, and nothing but + - * / and square roots behind them: the same bits everywhere.

/** A well mixed 32-bit value (lowbias32 of Chris Wellons, public domain). */
function scramble(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A key for part `b` of what `a` is the key of. */
export const subkey = (a: number, b: number): number => scramble(scramble(a) + Math.imul(b, 0x9e3779b1));

/** A value in [0, 1) for each cell of a lattice. */
export const cell = (key: number, x: number, y: number): number =>
  scramble(key ^ Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca77)) / 2 ** 32;

/** A counter-based generator: draw k depends on the key and on k alone. */
export class Random {
  #drawn = 0;

  constructor(readonly key: number) {}

  /** In [0, 1). */
  next(): number {
    return subkey(this.key, this.#drawn++) / 2 ** 32;
  }

  range(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number in [low, high]. */
  whole(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next());
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(list.length * this.next())]!;
  }

  /** A generator of its own, so that what it draws does not move what is drawn here. */
  fork(): Random {
    return new Random(subkey(this.key, 0x10000 + this.#drawn++));
  }
}

/** Smooth noise in [0, 1) with features of size 1. */
export function noise(key: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const a = cell(key, left, top);
  const b = cell(key, left + 1, top);
  const c = cell(key, left, top + 1);
  const d = cell(key, left + 1, top + 1);
  return a + (b - a) * sx + (c - a) * sy + (a - b - c + d) * sx * sy;
}

/** Noise of three octaves in [0, 1): features of size 1, 1/2 and 1/4. */
export const fractal = (key: number, x: number, y: number): number =>
  (4 * noise(key, x, y) + 2 * noise(key + 1, 2 * x, 2 * y) + noise(key + 2, 4 * x, 4 * y)) / 7;
