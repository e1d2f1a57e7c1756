import { ShapeError } from '../errors.js';
import { type Pair, pair, type Shape, showShape } from '../shape.js';

/** A window of a map: Caffe's Crop over height and width. */
export interface Crop {
  /** First row and column of the window. */
  readonly offset: number | Pair;
  /** Height and width of the window, or a map that has them. */
  readonly size: Pair | { readonly h: number; readonly w: number };
}

/** Checks that the window lies on the map. */
export function cropShape(op: string, x: Shape, crop: Crop): Shape {
  const offset = pair(crop.offset);
  const [h, w] = 'h' in crop.size ? [crop.size.h, crop.size.w] : crop.size;
  for (const [axis, first, size, all] of [
    ['rows', offset[0], h, x.h],
    ['columns', offset[1], w, x.w],
  ] as const) {
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(size) || first < 0 || size < 1)
      throw new ShapeError(
        `${op}: crop of ${size} ${axis} from ${first}, should be whole and from 0 or more`,
      );
    if (first + size > all)
      throw new ShapeError(
        `${op}: crop of ${axis} ${first} to ${first + size} of ${showShape(x)}, should end by ${all}`,
      );
  }
  return { n: x.n, c: x.c, h, w };
}
