import type { Preprocess } from '../../src/ops/image.js';

/** (x * scale - mean) / std of RGBA bytes, planar [N, C, H, W]. */
export function fromRgba(rgba: ArrayLike<number>, n: number, area: number, p: Preprocess): Float64Array {
  const y: number[] = [];
  for (let image = 0; image < n; image++)
    for (let c = 0; c < p.mean.length; c++)
      for (let pixel = 0; pixel < area; pixel++) {
        const [r, g, b] = [0, 1, 2].map((i) => rgba[4 * (image * area + pixel) + i]!) as [
          number,
          number,
          number,
        ];
        const grey = 0.299 * r + 0.587 * g + 0.114 * b;
        const x = { rgb: [r, g, b], bgr: [b, g, r], grey: [grey] }[p.order][c]!;
        y.push((x * (p.scale ?? 1) - p.mean[c]!) / (p.std?.[c] ?? 1));
      }
  return Float64Array.from(y);
}

/** The labels' colours over RGBA bytes, as u32 with red lowest; [N, H, W]. */
export function overlay(
  labels: ArrayLike<number>,
  rgba: ArrayLike<number> | null,
  palette: Uint8Array,
  alpha: number,
): Float64Array {
  return Float64Array.from(labels, (label, pixel) => {
    const colour = [0, 1, 2, 3].map((i) => palette[4 * label + i] ?? 0);
    const t = (alpha * colour[3]!) / 255;
    const out = rgba
      ? [...[0, 1, 2].map((i) => Math.round((1 - t) * rgba[4 * pixel + i]! + t * colour[i]!)), 255]
      : colour;
    return out.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  });
}
