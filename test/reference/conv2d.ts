import type { FilterShape } from '../../src/lower/filter.js';
import { type Conv2dOptions, conv2dShape, conv2dWindow } from '../../src/ops/conv2d.js';
import type { Shape } from '../../src/shape.js';

/** The definition, in float64 over planar data: x [N, I, H, W], w [O, I/G, kh, kw], b [O] or null. */
export function conv2d(
  x: ArrayLike<number>,
  xs: Shape,
  w: ArrayLike<number>,
  ws: FilterShape,
  b: ArrayLike<number> | null,
  o: Conv2dOptions = {},
): Float64Array {
  const ys = conv2dShape('conv2d', xs, ws, o);
  const { kernel, stride, dilation, pad } = conv2dWindow(ws, o);
  const inGroup = ws.in / ws.groups;
  const outGroup = ws.out / ws.groups;
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w);
  let at = 0;
  for (let n = 0; n < ys.n; n++)
    for (let c = 0; c < ys.c; c++)
      for (let oy = 0; oy < ys.h; oy++)
        for (let ox = 0; ox < ys.w; ox++) {
          let sum = b ? b[c]! : 0;
          for (let i = 0; i < inGroup; i++) {
            const channel = Math.floor(c / outGroup) * inGroup + i;
            for (let u = 0; u < kernel[0]; u++) {
              const iy = oy * stride[0] - pad[0] + u * dilation[0];
              if (iy < 0 || iy >= xs.h) continue;
              for (let v = 0; v < kernel[1]; v++) {
                const ix = ox * stride[1] - pad[1] + v * dilation[1];
                if (ix < 0 || ix >= xs.w) continue;
                sum +=
                  w[((c * inGroup + i) * kernel[0] + u) * kernel[1] + v]! *
                  x[((n * xs.c + channel) * xs.h + iy) * xs.w + ix]!;
              }
            }
          }
          y[at++] = o.relu ? Math.max(sum, 0) : sum;
        }
  return y;
}
