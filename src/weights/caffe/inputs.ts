import { ShapeError } from '../../errors.js';
import type { Pair } from '../../shape.js';
import type { Blob } from './blob.js';
import type { CaffeImportOptions } from './import.js';
import type { CaffeInput, CaffeNet } from './net.js';
import type { Target } from './target.js';

/** Adds an input, with the sizes that the caller gives or the net has. */
export function inputBlob(
  to: Target,
  net: CaffeNet,
  { name, dims: own }: CaffeInput,
  o: CaffeImportOptions,
): Blob {
  const dims = o.inputs?.[name] ?? own ?? [null, null, null, null];
  if (dims.length > 4 || dims.some((d) => d !== null && (!Number.isSafeInteger(d) || d < 1)))
    throw new ShapeError(`${name}: an input [${dims.join(', ')}], should be up to four sizes above 0`);
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  const channels = c ?? channelsRead(to, net, name);
  const size: Pair | null = h === null || w === null ? null : [h, w];
  const node = to.add('input', name, [], { channels, size, ...(n !== null && size && { batch: n }) });
  const sizes = size && [n ?? 1, channels, ...size].slice(0, dims.length);
  return { node, dims: sizes, name };
}

/** Channels of an input without dims, from the weights of a convolution that reads it. */
function channelsRead(to: Target, net: CaffeNet, input: string): number {
  for (const { name, type, bottoms, params } of net.layers) {
    if (type !== 'Convolution' || bottoms[0] !== input) continue;
    const channels = to.channelsOf(name, params.size('group') ?? 1);
    if (channels) return channels;
  }
  throw new ShapeError(
    `${input}: an input of unknown channels, its dims should be given as inputs['${input}']`,
  );
}
