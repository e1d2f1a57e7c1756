import { ShapeError } from '../errors.js';
import type { GreyImage } from '../image/png.js';

/**
 * Depth with each hole (0) filled by the nearest depth that is known, by steps between
 * neighbours. NYUDv2's own filled depth follows edges of colour instead.
 */
export function fillDepth({ width, height, values }: GreyImage): GreyImage {
  const filled = Uint16Array.from(values);
  let edge = Array.from(filled.keys()).filter((i) => filled[i]! > 0);
  if (edge.length === 0)
    throw new ShapeError(`depth: 0 at all ${width} x ${height} pixels, should be known at one`);
  while (edge.length > 0) {
    const next: number[] = [];
    for (const i of edge) {
      const x = i % width;
      for (const to of [i + width, x + 1 < width ? i + 1 : -1, x > 0 ? i - 1 : -1, i - width]) {
        if (to < 0 || to >= filled.length || filled[to] !== 0) continue;
        filled[to] = filled[i]!;
        next.push(to);
      }
    }
    edge = next;
  }
  return { width, height, values: filled };
}
