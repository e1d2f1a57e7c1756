import { gcd } from '../shape.js';
import { type FilterShape, filterSize } from './filter.js';
import type { Transposed } from './transposed.js';

/**
 * The taps h[u] = 1 - |u - (k - 1)/2| / ceil(k/2) whose outer product is the bilinear filter of Caffe and of
 * the paper's net surgery. With stride s and k = 2s - s mod 2 the taps that meet at one output sum to 1.
 */
export function bilinearFilter(kernel: number): Float64Array {
  const half = Math.ceil(kernel / 2);
  return Float64Array.from(
    { length: kernel },
    (_, u) => (2 * half - Math.abs(2 * u - (kernel - 1))) / (2 * half),
  );
}

/**
 * Whether transposed weights [I, O/G, kh, kw] upsample each channel by itself with the bilinear filter: its
 * values on the diagonal within the rounding of f32, and zeros beside it.
 */
export function isBilinear(weights: Float32Array, shape: FilterShape): boolean {
  if (!shape.transposed || shape.in !== shape.out || weights.length !== filterSize(shape)) return false;
  const [kh, kw] = shape.kernel;
  const [rows, columns] = [bilinearFilter(kh), bilinearFilter(kw)];
  const perGroup = shape.out / shape.groups;
  return weights.every((value, index) => {
    const tap = index % (kh * kw);
    const column = Math.floor(index / (kh * kw));
    const i = Math.floor(column / perGroup);
    if (column % perGroup !== i % perGroup) return value === 0;
    return Math.abs(value - rows[Math.floor(tap / kw)]! * columns[tap % kw]!) <= 2 ** -23;
  });
}

/**
 * Whether runs of 4 output pixels meet 2 rows and 3 columns of x at most. Columns are `stride` output pixels apart, and
 * the last one before a run's end is nearest to it where they begin as close as multiples of 4 and of the stride come.
 */
export function isTwoByThree({
  kernel,
  stride,
  origin,
}: Pick<Transposed, 'kernel' | 'stride' | 'origin'>): boolean {
  const step = gcd(4, stride[1]);
  const nearest = (origin[1] + 3) % step;
  return kernel[0] <= 2 * stride[0] && Math.floor((kernel[1] + 2 - nearest) / stride[1]) < 3;
}
