import { random } from './random.js';

/**
 * One seeded change of a file: a byte replaced, a bit flipped, a run cut out or doubled, the end cut off, or the
 * next digit made another.
 */
export function mutate(source: Uint8Array, seed: number): Uint8Array {
  const [kind = 0, where = 0, what = 0, length = 0] = random(4, seed).map((v) => (v + 1) / 2);
  const at = Math.floor(where * source.length);
  const run = 1 + Math.floor(length ** 4 * (source.length - at - 1));
  const bytes = source.slice();
  switch (Math.floor(kind * 6)) {
    case 0:
      bytes[at] = Math.floor(what * 256);
      return bytes;
    case 1:
      bytes[at]! ^= 1 << Math.floor(what * 8);
      return bytes;
    case 2:
      return joined(source.subarray(0, at), source.subarray(at + run));
    case 3:
      return joined(source.subarray(0, at + run), source.subarray(at));
    case 4:
      return source.slice(0, at);
    default: {
      const digit = bytes.findIndex((byte, i) => i >= at && byte >= 0x30 && byte <= 0x39);
      if (digit >= 0) bytes[digit] = 0x30 + Math.floor(what * 10);
      return bytes;
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
