import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Numbers that break careless arithmetic, as text. */
const NUMBERS = [
  '0',
  '-1',
  '1',
  '2147483647',
  '4294967296',
  '9007199254740993',
  '1e308',
  'nan',
  '-0',
  '1e-9',
];

/** A whole number below a bound, the same for a seed on every machine. */
type Dice = (bound: number) => number;

function dice(seed: number): Dice {
  const generator = xoroshiro128plus(seed);
  return (bound) => (generator.next() >>> 0) % Math.max(1, bound);
}

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

const FAULTS: readonly ((bytes: Uint8Array, roll: Dice) => Uint8Array)[] = [
  // cut short
  (bytes, roll) => bytes.slice(0, roll(bytes.length)),
  // a bit
  (bytes, roll) => bytes.with(roll(bytes.length), bytes[roll(bytes.length)]! ^ (1 << roll(8))),
  // a byte
  (bytes, roll) => bytes.with(roll(bytes.length), [0, 1, 0x7f, 0x80, 0xff][roll(5)]!),
  // the largest varint or length
  (bytes, roll) => {
    const at = roll(bytes.length);
    return bytes.slice().fill(0xff, at, at + 1 + roll(9));
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
  (bytes, roll) => {
    const all = [...new TextDecoder('latin1').decode(bytes).matchAll(/-?\d+(?:\.\d+)?/g)];
    const found = all[roll(all.length)];
    if (!found) return bytes.slice(0, roll(bytes.length));
    const put = new TextEncoder().encode(NUMBERS[roll(NUMBERS.length)]);
    return splice(bytes, found.index, found[0].length, put);
  },
];

/** The bytes with one to three faults. */
export function withFaults(bytes: Uint8Array, seed: number): Uint8Array {
  const roll = dice(seed);
  let made = bytes;
  for (let count = 1 + roll(3); count > 0 && made.length > 0; count--)
    made = FAULTS[roll(FAULTS.length)]!(made, roll);
  return made;
}
