import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers that break careless arithmetic, as text. */
const NUMBERS = [
  '0',
  '-1',
  '1',
  '7',
  '2147483647',
  '4294967296',
  '9007199254740993',
  '1e308',
  'nan',
  '-0',
  '1e-9',
];

/** Names that an object has already, and others that nothing should have. */
export const WORDS = ['__proto__', 'constructor', 'toString', '', 'data', 'a'.repeat(5000), '\0', '\ud800'];

/** What nests in JSON and in protobuf's text. */
const NESTS = ['[', '{"a":', 'a {', '('];

/** A whole number below a bound, the same for a seed on every machine. */
export type Dice = (bound: number) => number;

export function dice(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  return (bound) => (generator.next() >>> 0) % Math.max(1, bound);
}

export const pick = <T>(from: readonly T[], roll: Dice): T => from[roll(from.length)]!;

/** The bytes with `cut` of them from `at` on replaced. */
function splice(bytes: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length - cut + put.length);
  made.set(bytes.subarray(0, at));
  made.set(put, at);
  made.set(bytes.subarray(at + cut), at + put.length);
  return made;
}

/** Mostly short, at times up to the end. */
function range(bytes: Uint8Array, roll: Dice): [at: number, size: number] {
  const at = roll(bytes.length);
  return [at, Math.min(bytes.length - at, 1 + roll(roll(8) === 0 ? bytes.length : 32))];
}

/** Another text where a pattern is found. */
function reworded(bytes: Uint8Array, roll: Dice, pattern: RegExp, put: (old: string) => string): Uint8Array {
  const all = [...new TextDecoder('latin1').decode(bytes).matchAll(pattern)];
  const found = pick(all, roll);
  return found
    ? splice(bytes, found.index, found[0].length, new TextEncoder().encode(put(found[0])))
    : bytes.slice(0, roll(bytes.length));
}

const NUMBER = /-?\d+(?:\.\d+)?/g;

const FAULTS: readonly ((bytes: Uint8Array, roll: Dice) => Uint8Array)[] = [
  // cut short
  (bytes, roll) => bytes.slice(0, roll(bytes.length)),
  // a bit
  (bytes, roll) => {
    const at = roll(bytes.length);
    return bytes.with(at, bytes[at]! ^ (1 << roll(8)));
  },
  // a byte
  (bytes, roll) => bytes.with(roll(bytes.length), pick([0, 1, 0x7f, 0x80, 0xff], roll)),
  // the largest varint or length, or zeros
  (bytes, roll) => {
    const at = roll(bytes.length);
    return bytes.slice().fill(pick([0xff, 0], roll), at, at + 1 + roll(9));
  },
  // a range lost
  (bytes, roll) => splice(bytes, ...range(bytes, roll), new Uint8Array()),
  // a range twice
  (bytes, roll) => {
    const [at, size] = range(bytes, roll);
    return splice(bytes, roll(bytes.length), 0, bytes.slice(at, at + size));
  },
  // bytes between
  (bytes, roll) => {
    const between = Uint8Array.from({ length: 1 + roll(16) }, () => roll(256));
    return splice(bytes, roll(bytes.length), 0, between);
  },
  // another number in a text
  (bytes, roll) => reworded(bytes, roll, NUMBER, () => pick(NUMBERS, roll)),
  // a number as long, so that what is behind it stays in its place
  (bytes, roll) =>
    reworded(bytes, roll, NUMBER, (old) =>
      pick(
        NUMBERS.filter((n) => n.length <= old.length),
        roll,
      ).padEnd(old.length),
    ),
  // another name
  (bytes, roll) => reworded(bytes, roll, /[A-Za-z_]{2,}/g, () => pick(WORDS, roll)),
  // much that nests
  (bytes, roll) => {
    const nest = new TextEncoder().encode(pick(NESTS, roll).repeat(1 + roll(roll(4) === 0 ? 100_000 : 100)));
    return splice(bytes, roll(bytes.length), 0, nest);
  },
];

/** The bytes with one to three faults. */
export function withFaults(bytes: Uint8Array, seed: number): Uint8Array {
  const roll = dice(seed);
  let made = bytes;
  for (let count = 1 + roll(3); count > 0 && made.length > 0; count--) made = pick(FAULTS, roll)(made, roll);
  return made;
}
