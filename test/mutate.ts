import { random } from './random.js';

/**
 * Seeded changes of a file: a byte replaced, a bit flipped, a run cut out or doubled, the end cut off, and in
 * text a digit made another.
 */
export function* mutations(source: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const dice = random(4 * count, seed);
  for (let i = 0; i < count; i++) {
    const [kind, where, what, length] = [0, 1, 2, 3].map((k) => (dice[4 * i + k]! + 1) / 2) as [
      number,
      number,
      number,
      number,
    ];
    const at = Math.floor(where * source.length);
    const run = 1 + Math.floor(length ** 4 * (source.length - at - 1));
    const bytes = source.slice();
    switch (Math.floor(kind * 6)) {
      case 0:
        bytes[at] = Math.floor(what * 256);
        break;
      case 1:
        bytes[at]! ^= 1 << Math.floor(what * 8);
        break;
      case 2:
        yield Uint8Array.of(...source.subarray(0, at), ...source.subarray(at + run));
        continue;
      case 3:
        yield Uint8Array.of(...source.subarray(0, at + run), ...source.subarray(at));
        continue;
      case 4:
        yield source.slice(0, at);
        continue;
      default: {
        const digit = bytes.findIndex((byte, k) => k >= at && byte >= 0x30 && byte <= 0x39);
        if (digit >= 0) bytes[digit] = 0x30 + Math.floor(what * 10);
      }
    }
    yield bytes;
  }
}
