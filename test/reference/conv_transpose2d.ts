import type { FilterShape } from '../../src/lower/filter.js';
import { type ConvTranspose2dOptions, convTranspose2dShape } from '../../src/ops/conv_transpose2d.js';
import { padding, pair, type Shape } from '../../src/shape.js';

/**
 * The definition, in float64 over planar data: x [N, I, H, W], w [I, O/G, kh, kw], b [O] or null. Each input
 * pixel adds its window to the output; crop, bias and ReLU follow.
 */
export function convTranspose2d(
  x: ArrayLike<number>,
  xs: Shape,
  w: ArrayLike<number>,
  ws: FilterShape,
  b: ArrayLike<number> | null,
  o: ConvTranspose2dOptions = {},
): Float64Array {
  const ys = convTranspose2dShape('conv_transpose2d', xs, ws, o);
  const stride = pair(o.stride ?? 1);
  const dilation = pair(o.dilation ?? 1);
  const [top, left] = padding(o.pad ?? 0);
  const offset = pair(o.crop?.offset ?? 0);
  const [kh, kw] = ws.kernel;
  const inGroup = ws.in / ws.groups;
  const outGroup = ws.out / ws.groups;
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w);
  for (let n = 0; n < xs.n; n++)
    for (let i = 0; i < xs.c; i++)
      for (let k = 0; k < outGroup; k++) {
        const plane = (n * ys.c + Math.floor(i / inGroup) * outGroup + k) * ys.h;
        for (let iy = 0; iy < xs.h; iy++)
          for (let ix = 0; ix < xs.w; ix++) {
            const value = x[((n * xs.c + i) * xs.h + iy) * xs.w + ix]!;
            for (let u = 0; u < kh; u++) {
              const oy = iy * stride[0] - top + u * dilation[0] - offset[0];
              if (oy < 0 || oy >= ys.h) continue;
              for (let v = 0; v < kw; v++) {
                const ox = ix * stride[1] - left + v * dilation[1] - offset[1];
                if (ox < 0 || ox >= ys.w) continue;
                y[(plane + oy) * ys.w + ox]! += w[((i * outGroup + k) * kh + u) * kw + v]! * value;
              }
            }
          }
      }
  return y.map((sum, at) => {
    const value = sum + (b ? b[Math.floor(at / (ys.h * ys.w)) % ys.c]! : 0);
    return o.relu ? Math.max(value, 0) : value;
  });
}
