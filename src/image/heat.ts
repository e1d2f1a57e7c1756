import type { CoordMap } from '../coords.js';
import { toNumber } from '../coords.js';

/** Values in [0, 1] over a grid of cells. */
export interface CellMap {
  readonly h: number;
  readonly w: number;
  readonly values: ArrayLike<number>;
}

/**
 * Spreads cells over an image: each pixel gets the bilinear mean of the cells around it, by where the
 * cells lie, as 0 .. 255. Pixels beyond the outermost centres take the nearest cell.
 */
export function spreadCells(map: CellMap, coords: CoordMap, height: number, width: number): Uint32Array {
  const axis = (i: 0 | 1, pixels: number, cells: number) =>
    Array.from({ length: pixels }, (_, p) => {
      const at = (p - toNumber(coords[i].shift)) / toNumber(coords[i].scale);
      const clamped = Math.min(Math.max(at, 0), cells - 1);
      const low = Math.min(Math.floor(clamped), Math.max(cells - 2, 0));
      return { low, high: Math.min(low + 1, cells - 1), share: clamped - low };
    });
  const columns = axis(1, width, map.w);
  const y = new Uint32Array(height * width);
  let at = 0;
  for (const row of axis(0, height, map.h)) {
    for (const column of columns) {
      const mix = (r: number) => {
        const [a, b] = [map.values[r * map.w + column.low]!, map.values[r * map.w + column.high]!];
        return a + (b - a) * column.share;
      };
      const value = mix(row.low) + (mix(row.high) - mix(row.low)) * row.share;
      y[at++] = Math.round(255 * Math.min(Math.max(value, 0), 1));
    }
  }
  return y;
}
