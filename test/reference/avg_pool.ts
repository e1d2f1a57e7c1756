import { type AvgPoolOptions, poolShape, poolWindow } from '../../src/lower/pool.js';
import type { Shape } from '../../src/shape.js';

/**
 * The definition, in float64 over planar data [N, C, H, W]. The divisor counts the taps on the image, or
 * with `countPad` those before the end of the trailing padding, as Caffe does.
 */
export function avgPool(x: ArrayLike<number>, xs: Shape, o: AvgPoolOptions): Float64Array {
  const ys = poolShape('avg_pool', xs, o);
  const { kernel, stride, dilation, pad } = poolWindow(o);
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w);
  let at = 0;
  for (let plane = 0; plane < ys.n * ys.c; plane++)
    for (let oy = 0; oy < ys.h; oy++)
      for (let ox = 0; ox < ys.w; ox++) {
        let sum = 0;
        let taps = 0;
        for (let u = 0; u < kernel[0]; u++) {
          const iy = oy * stride[0] - pad[0] + u * dilation[0];
          for (let v = 0; v < kernel[1]; v++) {
            const ix = ox * stride[1] - pad[1] + v * dilation[1];
            const inside = iy >= 0 && iy < xs.h && ix >= 0 && ix < xs.w;
            if (inside) sum += x[(plane * xs.h + iy) * xs.w + ix]!;
            if (o.countPad ? iy < xs.h + pad[2] && ix < xs.w + pad[3] : inside) taps++;
          }
        }
        y[at++] = sum / taps;
      }
  return y;
}

/** The mean of each plane of x [N, C, H, W]. */
export function globalAvgPool(x: ArrayLike<number>, xs: Shape): Float64Array {
  const area = xs.h * xs.w;
  return Float64Array.from({ length: xs.n * xs.c }, (_, plane) => {
    let sum = 0;
    for (let i = 0; i < area; i++) sum += x[plane * area + i]!;
    return sum / area;
  });
}
