import type { RgbaImage } from '../image/image.js';
import { scenePalette } from './classes.js';
import type { Scene } from './scene.js';

/** Scenes of one size side by side, so many in a row, each over the colours of its labels. */
export function sceneSheet(scenes: readonly Scene[], columns: number): RgbaImage {
  const { h, w } = scenes[0]!;
  const width = columns * w;
  const height = 2 * h * Math.ceil(scenes.length / columns);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  const palette = scenePalette();
  for (const [i, { rgba: picture, labels }] of scenes.entries())
    for (const [pixel, label] of labels.entries()) {
      const row = 2 * h * Math.floor(i / columns) + Math.floor(pixel / w);
      const at = 4 * (row * width + (i % columns) * w + (pixel % w));
      rgba.set(picture.subarray(4 * pixel, 4 * pixel + 4), at);
      rgba.set(palette.subarray(4 * label, 4 * label + 4), at + 4 * h * width);
    }
  return { width, height, rgba };
}
