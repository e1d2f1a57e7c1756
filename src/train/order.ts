import { draw, STREAMS } from './draw.js';

/** With replacement, as the paper's data layers draw; every one once an epoch, shuffled; or as they are listed. */
export type Order = 'random' | 'shuffled' | 'listed';

/** Which of `count` samples comes at each position of a run. A run that goes on asks for the same. */
export function ordered(order: Order, count: number, seed: number): (position: number) => number {
  let epoch = -1;
  let shuffled = new Uint32Array(0);
  return (position) => {
    if (order === 'listed') return position % count;
    if (order === 'random') return Math.floor(draw(seed, STREAMS.order, position) * count);
    const now = Math.floor(position / count);
    if (now !== epoch) {
      shuffled = Uint32Array.from({ length: count }, (_, i) => i);
      // Fisher and Yates.
      for (let i = count - 1; i > 0; i--) {
        const j = Math.floor(draw(seed, STREAMS.order, now, i) * (i + 1));
        [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
      }
      epoch = now;
    }
    return shuffled[position % count]!;
  };
}
