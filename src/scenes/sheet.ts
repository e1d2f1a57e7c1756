import type { RgbaImage } from '../image/image.js';
import { coloured, mosaic } from '../image/mosaic.js';
import { scenePalette } from './classes.js';
import type { Scene } from './scene.js';

/** Scenes of one size side by side, so many in a row, each over the colours of its labels. */
export function sceneSheet(scenes: readonly Scene[], columns: number): RgbaImage {
  const palette = scenePalette();
  const rows: RgbaImage[][] = [];
  for (let first = 0; first < scenes.length; first += columns) {
    const row = scenes.slice(first, first + columns);
    const pictures = row.map(({ w, h, rgba }) => ({ width: w, height: h, rgba }));
    rows.push(
      pictures,
      row.map(({ labels }, i) => coloured(labels, pictures[i]!, palette)),
    );
  }
  return mosaic(rows);
}
