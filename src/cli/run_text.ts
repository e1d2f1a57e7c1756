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

const tilesText = ({ count, window, overlap }: NonNullable<RunReport['tiles']>): string =>
  `${count} windows of ${window.join(' x ')} pixels, of which neighbours share ${overlap.join(' x ')}`;

export function runText(r: RunReport): string {
  return table([
    ['image', `${r.image}, ${r.height} x ${r.width} pixels`],
    [
      'time',
      `${r.ms.toFixed(0)} ms for ${r.gflop.toFixed(2)} GFLOP, ${(r.gflop / (r.ms / 1000)).toFixed(2)} GFLOP/s`,
    ],
    ...(r.tiles ? [['tiles', tilesText(r.tiles)]] : []),
    ['work', `${r.dispatches} dispatches in ${r.submits} submits`],
    [
      'memory',
      `${mebibytes(r.peakBytes)} at its peak, ${mebibytes(r.peakBytesUnshared)} if no maps shared a buffer`,
    ],
  ]);
}

/** Layers shorter than so many steps of the clock are marked. */
const STEPS = 10;

/** The layers by name with their times, or a line where the device has no timestamps. */
export function layersText(layers: readonly LayerTime[], resolutionMs: number | null): string {
  if (resolutionMs === null) return 'no time per layer: this device has no timestamp queries';
  const coarse = (ms: number) => ms < STEPS * resolutionMs;
  const text = table([
    ['layer', 'kind', 'ms', 'GFLOP/s'],
    ...layers.map(({ layer, kind, ms, flops }) => [
      layer,
      kind,
      `${ms.toFixed(2)}${coarse(ms) ? ' ~' : ''}`,
      flops > 0 && !coarse(ms) ? (flops / ms / 1e6).toFixed(2) : '',
    ]),
  ]);
  const note = `~ less than ${STEPS} steps of this clock, which counts in ${resolutionMs} ms`;
  return layers.some(({ ms }) => coarse(ms)) ? `${text}\n${note}` : text;
}

export const filesText = (folder: string, files: readonly string[]): string =>
  table(files.map((file) => ['wrote', join(folder, file)]));
