import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded values, uniform in [-1, 1): the same on every machine. */
export function random(count: number, seed: number): Float32Array {
  const generator = xoroshiro128plus(seed);
  return Float32Array.from({ length: count }, () => generator.next() / 2 ** 31);
}
