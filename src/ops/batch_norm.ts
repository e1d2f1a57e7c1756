import { ShapeError, WeightsError } from '../errors.js';
import { checkFilter, type FilterShape, filterSize } from '../lower/filter.js';

/** A factor and a summand per channel: y = x * scale + bias. */
export interface ChannelScale {
  readonly scale: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Batch norm at inference as a scale: gamma * (x - mean) / sqrt(variance + epsilon) + beta.
 * @param gamma null for 1, as Caffe's BatchNorm without a Scale behind it.
 * @param beta null for 0.
 * @throws WeightsError where the statistics give no finite scale.
 */
export function batchNormScale(
  gamma: ArrayLike<number> | null,
  beta: ArrayLike<number> | null,
  mean: ArrayLike<number>,
  variance: ArrayLike<number>,
  epsilon: number,
): ChannelScale {
  const channels = mean.length;
  for (const [name, values] of Object.entries({ gamma, beta, variance })) {
    if (values && values.length !== channels)
      throw new ShapeError(`batch_norm: ${values.length} of ${name}, should be ${channels}`);
  }
  const scale = new Float32Array(channels);
  const bias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const factor = (gamma?.[c] ?? 1) / Math.sqrt(variance[c]! + epsilon);
    scale[c] = factor;
    bias[c] = (beta?.[c] ?? 0) - mean[c]! * factor;
    if (!Number.isFinite(scale[c]!) || !Number.isFinite(bias[c]!))
      throw new WeightsError(
        `batch_norm: variance ${variance[c]} + ${epsilon} of channel ${c}, should give a finite scale`,
        'variance',
      );
  }
  return { scale, bias };
}

/**
 * Folds a scale behind a convolution into its weights and bias:
 * (w * x + b) * s + t = (s w) * x + (s b + t).
 * @param w raw weights, [out, in/groups, kh, kw], or [in, out/groups, kh, kw] where transposed.
 */
export function foldScale(
  w: Float32Array,
  b: Float32Array | null,
  shape: FilterShape,
  { scale, bias }: ChannelScale,
): { w: Float32Array; b: Float32Array } {
  checkFilter('batch_norm', shape);
  for (const [name, have, wanted] of [
    ['weights', w.length, filterSize(shape)],
    ['biases', b?.length ?? shape.out, shape.out],
    ['scales', scale.length, shape.out],
    ['summands', bias.length, shape.out],
  ] as const) {
    if (have !== wanted) throw new ShapeError(`batch_norm: ${have} ${name}, should be ${wanted}`);
  }
  const taps = shape.kernel[0] * shape.kernel[1];
  const inGroup = shape.in / shape.groups;
  const outGroup = shape.out / shape.groups;
  const channel = shape.transposed
    ? (i: number) => {
        const row = Math.floor(i / taps);
        return Math.floor(row / outGroup / inGroup) * outGroup + (row % outGroup);
      }
    : (i: number) => Math.floor(i / (inGroup * taps));
  return {
    w: w.map((value, i) => value * scale[channel(i)]!),
    b: bias.map((value, c) => value + (b ? b[c]! * scale[c]! : 0)),
  };
}
