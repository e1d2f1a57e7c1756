import type { Shape } from '../../shape.js';

/** A rectangle of an image or of a map. */
export interface Area {
  readonly top: number;
  readonly left: number;
  readonly h: number;
  readonly w: number;
}

/** Where row i of all planes of an area stands in planes of h x w. */
const rowAt = ({ h, w }: Shape, { top, left, h: rows }: Area, i: number): number =>
  (Math.floor(i / rows) * h + top + (i % rows)) * w + left;

/** The planes of an area: [n, c, h, w] of the whole to [n, c, area.h, area.w]. */
export function cutPlanes(data: Float32Array, shape: Shape, area: Area): Float32Array {
  const rows = shape.n * shape.c * area.h;
  const part = new Float32Array(rows * area.w);
  for (let i = 0; i < rows; i++) {
    const at = rowAt(shape, area, i);
    part.set(data.subarray(at, at + area.w), i * area.w);
  }
  return part;
}

/** Writes the planes of an area into those of the whole. */
export function pastePlanes(part: Float32Array, data: Float32Array, shape: Shape, area: Area): void {
  const rows = shape.n * shape.c * area.h;
  for (let i = 0; i < rows; i++) data.set(part.subarray(i * area.w, (i + 1) * area.w), rowAt(shape, area, i));
}
