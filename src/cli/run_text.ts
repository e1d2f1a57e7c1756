// What commands print of a net and its runs.
import { join } from 'node:path';
import { adapterName } from '../gpu/device.js';
import type { LayerTime } from '../graph/submit.js';
import type { NetReport, RunReport } from '../page/session.js';
import { table } from './table.js';

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export function netText(r: NetReport): string {
  const weights = r.seeded
    ? 'seeded at random: the result shows that the net runs, not what is in the picture'
    : 'from file';
  return table([
    ['adapter', adapterName(r.adapter)],
    ['net', `${r.net}, ${r.parameters.toLocaleString('en-US')} parameters`],
    ['weights', weights],
    ['compiled in', `${r.compileMs.toFixed(0)} ms`],
  ]);
}

export function runText(r: RunReport): string {
  return table([
    ['image', `${r.image}, ${r.height} x ${r.width} pixels`],
    [
      'time',
      `${r.ms.toFixed(0)} ms for ${r.gflop.toFixed(2)} GFLOP, ${(r.gflop / (r.ms / 1000)).toFixed(2)} GFLOP/s`,
    ],
    ['work', `${r.dispatches} dispatches in ${r.submits} submits`],
    [
      'memory',
      `${mebibytes(r.peakBytes)} at its peak; maps that share no buffer would add ${mebibytes(Math.max(0, r.mapBytesUnshared))}`,
    ],
  ]);
}

/** The layers by name with their times, or a line where the device has no timestamps. */
export function layersText(layers: readonly LayerTime[]): string {
  if (layers.length === 0) return 'no time per layer: this device has no timestamp queries';
  return table([
    ['layer', 'kind', 'ms', 'GFLOP/s'],
    ...layers.map(({ layer, kind, ms, flops }) => [
      layer,
      kind,
      ms.toFixed(2),
      flops > 0 && ms > 0 ? (flops / ms / 1e6).toFixed(2) : '',
    ]),
  ]);
}

export const filesText = (folder: string, files: readonly string[]): string =>
  table(files.map((file) => ['wrote', join(folder, file)]));
