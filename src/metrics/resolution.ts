import { ShapeError } from '../errors.js';
import type { MapSize } from './borders.js';

/**
 * The best that labels can be at a factor of their resolution (Appendix A of the paper): each cell of factor x
 * factor pixels keeps the share of each class, shares are interpolated bilinearly, the largest wins, the lowest
 * of equals. Scored against the truth it bounds the scores of a net whose scores come at that stride.
 * @param classes labels beyond them, and `ignore`, have no share; cells without any stay 0.
 */
export function labelsAtResolution(
  truth: ArrayLike<number>,
  { h, w }: MapSize,
  factor: number,
  { classes, ignore = null }: { readonly classes: number; readonly ignore?: number | null },
): Uint16Array {
  if (truth.length !== h * w)
    throw new ShapeError(`resolution: ${truth.length} labels, should be ${h * w} for ${h} x ${w} pixels`);
  if (!Number.isSafeInteger(factor) || factor < 1)
    throw new ShapeError(`resolution: factor ${factor}, should be a positive integer`);
  const [rows, columns] = [Math.ceil(h / factor), Math.ceil(w / factor)];
  const cells = new Float64Array(rows * columns * classes);
  const pixels = new Float64Array(rows * columns);
  const held = new Set<number>();
  const cellOf = (pixel: number) =>
    Math.floor(Math.floor(pixel / w) / factor) * columns + Math.floor((pixel % w) / factor);
  for (let pixel = 0; pixel < h * w; pixel++) {
    const label = truth[pixel]!;
    if (!(label >= 0 && label < classes) || label === ignore) continue;
    cells[cellOf(pixel) * classes + label]!++;
    pixels[cellOf(pixel)]!++;
    held.add(label);
  }
  for (let i = 0; i < cells.length; i++) cells[i]! /= Math.max(pixels[Math.floor(i / classes)]!, 1);

  const taps = (at: number, count: number) => {
    const place = Math.min(Math.max((at + 0.5) / factor - 0.5, 0), count - 1);
    const low = Math.floor(place);
    return { low, high: Math.min(low + 1, count - 1), share: place - low };
  };
  const labels = new Uint16Array(h * w);
  const across = Array.from({ length: w }, (_, x) => taps(x, columns));
  const present = Array.from({ length: classes }, (_, c) => c).filter((c) => held.has(c));
  const between = new Float64Array(columns * classes);
  for (let y = 0; y < h; y++) {
    const { low, high, share } = taps(y, rows);
    for (let i = 0; i < between.length; i++)
      between[i] = cells[low * between.length + i]! * (1 - share) + cells[high * between.length + i]! * share;
    for (let x = 0; x < w; x++) {
      const u = across[x]!;
      let best = -1;
      for (const c of present) {
        const value =
          between[u.low * classes + c]! * (1 - u.share) + between[u.high * classes + c]! * u.share;
        if (value <= best) continue;
        best = value;
        labels[y * w + x] = c;
      }
    }
  }
  return labels;
}
