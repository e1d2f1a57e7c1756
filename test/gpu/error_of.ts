import type { Case } from '../cases/case.js';
import { conv2d } from '../reference/conv2d.js';
import { relativeError } from './compare.js';

/** FLOPs above which a convolution is checked on some of its output channels only. */
export const LARGE = 1e8;
const SAMPLED_CHANNELS = 8;

/** Channels that an invocation of most kernels computes together: 4 vec4. */
const TILE = 16;

/** Output channels from the first tile to the last, at another place of each: all lanes and all vec4s are among them. */
export function sampledChannels(out: number): number[] {
  const last = Math.ceil(out / TILE) - 1;
  return Array.from({ length: SAMPLED_CHANNELS }, (_, i) =>
    Math.min(out - 1, TILE * Math.floor((i * last) / (SAMPLED_CHANNELS - 1)) + ((5 * i) % TILE)),
  );
}

/** These of the `size` parts of an array, one after another. */
export function partsOf(data: ArrayLike<number>, size: number, parts: readonly number[]): number[] {
  const length = data.length / size;
  return parts.flatMap((k) => Array.from({ length }, (_, i) => data[k * length + i]!));
}

/** The largest error of an engine's outputs against the float64 twin, relative to the largest value. */
export function errorOf(
  c: Case,
  inputs: Readonly<Record<string, Float32Array>>,
  outputs: readonly ArrayLike<number>[],
): number {
  if (c.error) return c.error(inputs, outputs);
  const { layer } = c;
  if (c.flops > LARGE && layer?.op === 'conv2d' && layer.w.groups === 1 && layer.x.n === 1) {
    const { out } = layer.w;
    const channels = sampledChannels(out);
    const pick = (data: ArrayLike<number>) => partsOf(data, out, channels);
    const ws = { ...layer.w, out: SAMPLED_CHANNELS };
    const b = inputs.b ? pick(inputs.b) : null;
    return relativeError(
      pick(outputs[0]!),
      conv2d(inputs.x!, layer.x, pick(inputs.w!), ws, b, layer.options),
    );
  }
  const wanted = c.reference(inputs);
  return Math.max(...outputs.map((values, i) => relativeError(values, wanted[i]!)));
}
