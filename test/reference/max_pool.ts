import { type PoolOptions, poolShape, poolWindow } from '../../src/lower/pool.js';
import type { Shape } from '../../src/shape.js';

/**
 * The definition over planar data [N, C, H, W]: only taps inside the image count, and the first maximum in
 * raster order is the winner, at h * W + w of its plane.
 */
export function maxPool(
  x: ArrayLike<number>,
  xs: Shape,
  o: PoolOptions,
): { y: Float64Array; winner: Float64Array } {
  const ys = poolShape('max_pool', xs, o);
  const { kernel, stride, dilation, pad } = poolWindow(o);
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w).fill(Number.NEGATIVE_INFINITY);
  const winner = new Float64Array(y.length);
  let at = 0;
  for (let plane = 0; plane < ys.n * ys.c; plane++)
    for (let oy = 0; oy < ys.h; oy++)
      for (let ox = 0; ox < ys.w; ox++, at++)
        for (let u = 0; u < kernel[0]; u++) {
          const iy = oy * stride[0] - pad[0] + u * dilation[0];
          for (let v = 0; v < kernel[1]; v++) {
            const ix = ox * stride[1] - pad[1] + v * dilation[1];
            if (iy < 0 || iy >= xs.h || ix < 0 || ix >= xs.w) continue;
            const value = x[(plane * xs.h + iy) * xs.w + ix]!;
            if (value > y[at]! || Number.isNaN(value)) {
              y[at] = value;
              winner[at] = iy * xs.w + ix;
            }
          }
        }
  return { y, winner };
}
