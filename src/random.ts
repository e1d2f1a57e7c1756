/** Seeded values, uniform in [-1, 1): xorshift32 (Marsaglia 2003), fast enough for 134 million values. */
export function uniform(count: number, seed: number): Float32Array {
  const data = new Float32Array(count);
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x6a09e667) | 0 || 1;
  for (let i = 0; i < count; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = state / 2 ** 31;
  }
  return data;
}
