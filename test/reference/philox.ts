const MULTIPLIERS = [0xd2511f53n, 0xcd9e8d57n] as const;
const WEYL = [0x9e3779b9n, 0xbb67ae85n] as const;
const WORD = 0xffffffffn;

/** Philox4x32-10 of Salmon et al. (SC 2011), in whole numbers. */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [x, y, z, w] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k, l] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p = MULTIPLIERS[0] * x;
    const q = MULTIPLIERS[1] * z;
    [x, y, z, w] = [(q >> 32n) ^ y ^ k, q & WORD, (p >> 32n) ^ w ^ l, p & WORD];
    k = (k + WEYL[0]) & WORD;
    l = (l + WEYL[1]) & WORD;
  }
  return [x, y, z, w].map(Number);
}
