/**
 * A number in [0, 1) that follows from its words alone, whatever was drawn before, so that a run that goes on
 * draws what it would have drawn. Each word is mixed in by MurmurHash3's finaliser (Appleby, public domain).
 */
export function draw(...words: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const word of words) {
    hash = mixed(hash ^ mixed(word >>> 0));
    hash = mixed(hash + Math.floor(word / 2 ** 32));
  }
  return (hash >>> 0) / 2 ** 32;
}

function mixed(word: number): number {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Tells apart what is drawn in a run. */
export const STREAMS = { order: 1, mirror: 2, jitterY: 3, jitterX: 4 } as const;
