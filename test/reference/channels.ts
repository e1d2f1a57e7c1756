import type { LrnOptions } from '../../src/ops/lrn.js';
import type { Shape } from '../../src/shape.js';

/** Calls `body` with each pixel's index of channel 0 in planar [N, C, H, W]; channels are `area` apart. */
function eachPixel({ n, c, h, w }: Shape, body: (first: number, area: number) => void): void {
  for (let image = 0; image < n; image++)
    for (let pixel = 0; pixel < h * w; pixel++) body(image * c * h * w + pixel, h * w);
}

/** The channels of planar maps one after another. */
export function concat(xs: readonly ArrayLike<number>[], shapes: readonly Shape[]): Float64Array {
  const y: number[] = [];
  for (let image = 0; image < shapes[0]!.n; image++)
    for (const [k, { c, h, w }] of shapes.entries())
      for (let i = 0; i < c * h * w; i++) y.push(xs[k]![image * c * h * w + i]!);
  return Float64Array.from(y);
}

/** x[c] * (k + alpha/size * sum of squares over the window around c)^-beta. */
export function lrn(x: ArrayLike<number>, xs: Shape, { size, alpha, beta, k = 1 }: LrnOptions): Float64Array {
  const y = new Float64Array(x.length);
  const before = Math.floor((size - 1) / 2);
  eachPixel(xs, (first, area) => {
    for (let c = 0; c < xs.c; c++) {
      let sum = 0;
      for (let other = Math.max(c - before, 0); other < Math.min(c - before + size, xs.c); other++)
        sum += x[first + other * area]! ** 2;
      y[first + c * area] = x[first + c * area]! * (k + (alpha / size) * sum) ** -beta;
    }
  });
  return y;
}

/** exp(x - max) / sum over channels, or its logarithm. */
export function softmax(x: ArrayLike<number>, xs: Shape, log: boolean): Float64Array {
  const y = new Float64Array(x.length);
  eachPixel(xs, (first, area) => {
    const values = Array.from({ length: xs.c }, (_, c) => x[first + c * area]!);
    const max = Math.max(...values);
    const total = values.reduce((sum, v) => sum + Math.exp(v - max), 0);
    for (const [c, v] of values.entries())
      y[first + c * area] = log ? v - max - Math.log(total) : Math.exp(v - max) / total;
  });
  return y;
}

/** The first channel with the largest value, [N, H, W]. */
export function argmax(x: ArrayLike<number>, xs: Shape): Float64Array {
  const y: number[] = [];
  eachPixel(xs, (first, area) => {
    let best = 0;
    for (let c = 1; c < xs.c; c++) if (x[first + c * area]! > x[first + best * area]!) best = c;
    y.push(best);
  });
  return Float64Array.from(y);
}
