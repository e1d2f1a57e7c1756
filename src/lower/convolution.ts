import type { View } from '../dispatch.js';
import { ShapeError } from '../errors.js';
import { type Padding, type Pair, padding, pair, type Shape, type Window } from '../shape.js';
import { type FilterLayout, type FilterShape, type PackedFilter, winogradTile } from './filter.js';
import type { Band, Operand } from './lowering.js';

/**
 * A convolution's window and what follows it. Sizes are in pixels; stride and dilation are 1 and padding is
 * 0 by default.
 */
export interface Conv2dOptions {
  readonly stride?: number | Pair;
  readonly dilation?: number | Pair;
  readonly pad?: number | Pair | Padding;
  /** max(y, 0) after the bias. */
  readonly relu?: boolean;
  /** A 2x2 max-pool by 2 of the result, rounded down or up; for filters in a Winograd layout. */
  readonly pool?: { readonly ceil: boolean };
}

/** x [N, I, H, W] and y [N, O, H', W']. */
export interface Conv2dOperands<B> {
  readonly x: Operand<B>;
  readonly w: PackedFilter<B>;
  /** [O/4] of vec4<f32>; zeros for a convolution without bias. */
  readonly b: View<B>;
  readonly y: Operand<B>;
}

/** The window of a convolution, with defaults filled in. */
export const conv2dWindow = (w: FilterShape, o: Conv2dOptions): Window => ({
  kernel: w.kernel,
  stride: pair(o.stride ?? 1),
  dilation: pair(o.dilation ?? 1),
  pad: padding(o.pad ?? 0),
});

/** FLOPs of the definition, a product and a sum each counted, whatever algorithm runs. */
export const conv2dFlops = (y: Shape, w: FilterShape): number =>
  2 * y.n * y.h * y.w * w.out * (w.in / w.groups) * w.kernel[0] * w.kernel[1];

/** FLOPs of a band of y. */
export const bandFlops = (t: Conv2dOperands<unknown>, band: Band) =>
  conv2dFlops({ ...t.y.shape, n: band.images, h: band.rows }, t.w.shape);

/** FLOPs of one row of y of one image. */
export const rowFlops = (t: Conv2dOperands<unknown>) =>
  bandFlops(t, { image: 0, images: 1, row: 0, rows: 1 });

/** Throws unless a filter packed in this layout can serve the layer: another layout would give other numbers. */
export function checkLayout(op: string, w: FilterShape, layout: FilterLayout, win: Window): void {
  const [i, o] = [w.in / w.groups, w.out / w.groups];
  if (layout === 'tiles' && w.groups > 1 && (i % 4 !== 0 || o % 4 !== 0))
    throw new ShapeError(`${op}: filter in tiles layout for groups of ${i} to ${o} channels, should be raw`);
  const ones = [...win.stride, ...win.dilation, w.groups];
  const fits = win.kernel.every((v) => v === 3) && ones.every((v) => v === 1) && !w.transposed;
  if (winogradTile(layout) && !fits)
    throw new ShapeError(
      `${op}: filter in ${layout} layout for ${win.kernel.join(' x ')} by ${win.stride.join(' x ')}, should be 3 x 3 by 1 x 1 without dilation or groups`,
    );
}
