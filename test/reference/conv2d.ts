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
  const weights = Float64Array.from(w);
  const input = Float64Array.from(x);
  // Outputs o with 0 <= o * stride + shift < size.
  const inside = (shift: number, step: number, size: number, count: number) =>
    [
      Math.max(0, Math.ceil(-shift / step)),
      Math.min(count, Math.floor((size - 1 - shift) / step) + 1),
    ] as const;
  for (let n = 0; n < ys.n; n++)
    for (let c = 0; c < ys.c; c++) {
      const plane = (n * ys.c + c) * ys.h * ys.w;
      if (b) y.fill(b[c]!, plane, plane + ys.h * ys.w);
      for (let i = 0; i < inGroup; i++)
        for (let u = 0; u < kernel[0]; u++)
          for (let v = 0; v < kernel[1]; v++) {
            const weight = weights[((c * inGroup + i) * kernel[0] + u) * kernel[1] + v]!;
            const source = (n * xs.c + Math.floor(c / outGroup) * inGroup + i) * xs.h * xs.w;
            const [top, left] = [u * dilation[0] - pad[0], v * dilation[1] - pad[1]];
            const [firstY, endY] = inside(top, stride[0], xs.h, ys.h);
            const [firstX, endX] = inside(left, stride[1], xs.w, ys.w);
            for (let oy = firstY; oy < endY; oy++) {
              const row = source + (oy * stride[0] + top) * xs.w + left;
              const at = plane + oy * ys.w;
              for (let ox = firstX; ox < endX; ox++) y[at + ox]! += weight * input[row + ox * stride[1]]!;
            }
          }
    }
  return o.relu ? y.map((value) => Math.max(value, 0)) : y;
}
