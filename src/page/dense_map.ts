// How dense maps of one size are compared and drawn.
import { heatPalette } from '../image/palette.js';
import { encodeLabels } from '../image/png.js';
import type { Pair, Shape } from '../shape.js';

/** Planar values [1, C, H, W]. */
export interface DenseMap {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** How one map agrees with another, relative to the largest value of the other. */
export interface Agreement {
  /** Largest difference over all cells. */
  readonly everywhere: number;
  /** Over the cells whose receptive field lies on the image; null where there are none. */
  readonly onImage: number | null;
  /** Share of the cells whose largest class is the same. */
  readonly sameClass: number;
}

const largestClass = ({ shape, data }: DenseMap, cell: number): number => {
  const area = shape.h * shape.w;
  let best = 0;
  for (let c = 1; c < shape.c; c++) if (data[c * area + cell]! > data[best * area + cell]!) best = c;
  return best;
};

/** Compares maps of one size. @param mask 1 for each cell whose receptive field lies on the image. */
export function agreement(a: DenseMap, b: DenseMap, mask: Uint8Array): Agreement {
  const area = mask.length;
  let [most, everywhere, masked, same] = [0, 0, 0, 0];
  for (let i = 0; i < b.data.length; i++) {
    const apart = Math.abs(a.data[i]! - b.data[i]!);
    most = Math.max(most, Math.abs(b.data[i]!));
    everywhere = Math.max(everywhere, apart);
    if (mask[i % area]) masked = Math.max(masked, apart);
  }
  for (let cell = 0; cell < area; cell++) same += Number(largestClass(a, cell) === largestClass(b, cell));
  return {
    everywhere: everywhere / most,
    onImage: mask.includes(1) ? masked / most : null,
    sameClass: same / area,
  };
}

/** Least and largest score of a class. */
function range({ shape, data }: DenseMap, index: number): readonly [number, number] {
  const area = shape.h * shape.w;
  const plane = data.subarray(index * area, (index + 1) * area);
  return [plane.reduce((x, y) => Math.min(x, y)), plane.reduce((x, y) => Math.max(x, y))];
}

/** The class whose scores differ most over the map, which shows most in a picture. */
export function widestClass(map: DenseMap): number {
  const widths = Array.from({ length: map.shape.c }, (_, c) => {
    const [least, most] = range(map, c);
    return most - least;
  });
  return widths.indexOf(widths.reduce((a, b) => Math.max(a, b)));
}

/** The scores of a class as 0 .. 255, between the least and the largest that it has in `scale`. */
export function heat(map: DenseMap, scale: DenseMap, index: number): Uint8Array {
  const [least, most] = range(scale, index);
  const area = map.shape.h * map.shape.w;
  return Uint8Array.from({ length: area }, (_, cell) => {
    const share = (map.data[index * area + cell]! - least) / (most - least || 1);
    return Math.round(255 * Math.min(Math.max(share, 0), 1));
  });
}

/** Pictures have at least so many pixels along their longer side. */
const LEAST_SIDE = 256;

/** A PNG of values in 0 .. 255, each cell a square. */
export function drawCells(values: ArrayLike<number>, [h, w]: Pair): Uint8Array {
  const zoom = Math.max(1, Math.ceil(LEAST_SIDE / Math.max(h, w)));
  const [height, width] = [zoom * h, zoom * w];
  const pixels = Uint8Array.from(
    { length: height * width },
    (_, i) => values[Math.floor(i / width / zoom) * w + Math.floor((i % width) / zoom)]!,
  );
  return encodeLabels(pixels, { width, height }, heatPalette());
}
