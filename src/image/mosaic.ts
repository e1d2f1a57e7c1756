import type { RgbaImage } from './image.js';
import type { Palette } from './palette.js';

/** Labels as colours; white where the palette has none for a label. */
export function coloured(
  labels: ArrayLike<number>,
  { width, height }: { readonly width: number; readonly height: number },
  palette: Palette,
): RgbaImage {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = 4 * labels[pixel]!;
    if (at < palette.length) rgba.set(palette.subarray(at, at + 4), 4 * pixel);
  }
  return { width, height, rgba };
}

/** Pictures in rows, each in a cell of the largest one's size, with so many white pixels between cells. */
export function mosaic(rows: readonly (readonly RgbaImage[])[], gap = 0): RgbaImage {
  const all = rows.flat();
  const [w, h] = [Math.max(...all.map(({ width }) => width)), Math.max(...all.map(({ height }) => height))];
  const columns = Math.max(...rows.map(({ length }) => length));
  const width = columns * (w + gap) - gap;
  const height = rows.length * (h + gap) - gap;
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (const [row, pictures] of rows.entries())
    for (const [column, picture] of pictures.entries())
      for (let y = 0; y < picture.height; y++) {
        const from = 4 * y * picture.width;
        const to = 4 * ((row * (h + gap) + y) * width + column * (w + gap));
        rgba.set(picture.rgba.subarray(from, from + 4 * picture.width), to);
      }
  return { width, height, rgba };
}
