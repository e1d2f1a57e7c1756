import { type Crop, cropShape } from '../../src/lower/crop.js';
import { pair, type Shape } from '../../src/shape.js';

/** The window over planar data [N, C, H, W]. */
export function crop(x: ArrayLike<number>, xs: Shape, o: Crop): Float64Array {
  const ys = cropShape('crop', xs, o);
  const offset = pair(o.offset);
  return Float64Array.from({ length: ys.n * ys.c * ys.h * ys.w }, (_, at) => {
    const plane = Math.floor(at / (ys.h * ys.w));
    const oy = Math.floor(at / ys.w) % ys.h;
    return x[(plane * xs.h + oy + offset[0]) * xs.w + (at % ys.w) + offset[1]]!;
  });
}
