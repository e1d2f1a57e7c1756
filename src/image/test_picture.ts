import type { RgbaImage } from './image.js';

/** A picture that needs no file: sky over ground, a disc and a tower, with a fine texture. */
export function testPicture(width = 320, height = 240): RgbaImage {
  const rgba = new Uint8Array(4 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const disc = Math.hypot((u - 0.72) * (width / height), v - 0.28) < 0.13;
      const tower = Math.abs(u - 0.3) < 0.09 && v > 0.3 && v < 0.85;
      const colour = disc
        ? [250, 214, 90]
        : tower
          ? [150, 82, 66]
          : v < 0.62
            ? [96, 150, 220]
            : [88, 128, 60];
      const texture = 14 * Math.sin(0.9 * x) * Math.sin(0.7 * y + 0.05 * x * v);
      const light = 1.1 - 0.3 * v;
      rgba.set(
        [...colour.map((c) => Math.min(255, Math.max(0, Math.round(c * light + texture)))), 255],
        4 * (y * width + x),
      );
    }
  return { width, height, rgba };
}
