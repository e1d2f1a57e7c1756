import { WeightsError } from '../errors.js';
import { bilinearFilter } from '../lower/bilinear.js';
import { replaced, type Surgery, sizeOf, tensorOf } from './surgery.js';
import type { Weights, WeightTensor } from './weights.js';

/**
 * Transposed convolutions that upsample: the bilinear filter on the diagonal of [in, out/groups, k, k], zeros
 * beside it. One of a group per channel has nothing beside it.
 * @throws WeightsError where channels or window are not square.
 */
export function interpolate(target: Weights, layers: readonly string[]): Surgery {
  const made = layers.map((layer): [string, WeightTensor] => {
    const name = `${layer}.weight`;
    const { dims } = tensorOf(target, name);
    const [channels = 0, slices = 0, kernel = 0, width] = dims;
    if (dims.length !== 4 || kernel !== width || (slices !== channels && slices !== 1))
      throw new WeightsError(`${name}: [${dims.join(', ')}], should be [C, C, k, k] or [C, 1, k, k]`, name);
    const taps = bilinearFilter(kernel);
    const filter = Float32Array.from(
      { length: kernel * kernel },
      (_, i) => taps[Math.floor(i / kernel)]! * taps[i % kernel]!,
    );
    const data = new Float32Array(sizeOf(dims));
    for (let c = 0; c < channels; c++) data.set(filter, (c * slices + (c % slices)) * filter.length);
    return [name, { dims, data }];
  });
  return replaced(target, new Map(made));
}

/** A layer by its name in the target and in the source. */
export type LayerPair = readonly [target: string, source: string];

/**
 * A first layer for one grey channel from one that sees colour: the mean over its input channels. The bias is
 * the source's.
 */
export function channelMean(target: Weights, source: Weights, [to, from]: LayerPair): Surgery {
  return firstLayer(target, source, [to, from], 0);
}

/**
 * A first layer that sees depth beside colour: colour keeps its filter, each channel behind it gets the mean
 * of the colour channels. The bias is the source's.
 */
export function earlyFusion(
  target: Weights,
  source: Weights,
  [to, from]: LayerPair = ['conv1_1_bgrd', 'conv1_1'],
): Surgery {
  return firstLayer(target, source, [to, from], tensorOf(source, `${from}.weight`).dims[1] ?? 0);
}

/** A filter [out, C, kh, kw] with `kept` channels of the source's; the others are the mean of all of them. */
function firstLayer(target: Weights, source: Weights, [to, from]: LayerPair, kept: number): Surgery {
  const name = `${to}.weight`;
  const { dims } = tensorOf(target, name);
  const old = tensorOf(source, `${from}.weight`);
  const [out = 0, channels = 0, ...window] = dims;
  const [oldOut, oldChannels = 0, ...oldWindow] = old.dims;
  // A batch norm behind the layer stands in for its bias.
  const bias = target.has(`${to}.bias`) ? tensorOf(source, `${from}.bias`) : null;
  if (out !== oldOut || channels <= kept || window.join() !== oldWindow.join())
    throw new WeightsError(
      `${name}: [${dims.join(', ')}], should be [${old.dims.join(', ')}] but for more than ${kept} input channels`,
      name,
    );
  const area = sizeOf(window);
  const data = new Float32Array(sizeOf(dims));
  for (let o = 0; o < out; o++) {
    const rows = old.data.subarray(o * oldChannels * area, (o + 1) * oldChannels * area);
    const mean = meanOf(rows, area);
    for (let c = 0; c < channels; c++) {
      const row = c < kept ? rows.subarray(c * area, (c + 1) * area) : mean;
      data.set(row, (o * channels + c) * area);
    }
  }
  const made: Weights = new Map([[name, { dims, data }], ...(bias ? ([[`${to}.bias`, bias]] as const) : [])]);
  return replaced(target, made, { coerced: [{ name, from: old.dims }] });
}

/** The mean of rows of `area` values. */
function meanOf(rows: Float32Array, area: number): Float32Array {
  const mean = new Float32Array(area);
  const count = rows.length / area;
  for (let tap = 0; tap < area; tap++) {
    let sum = 0;
    for (let i = tap; i < rows.length; i += area) sum += rows[i]!;
    mean[tap] = sum / count;
  }
  return mean;
}
