import { aligned, type CoordMap, enlarged, merged, transposed, windowed } from '../../coords.js';
import type { TransposedOptions } from '../../lower/transposed.js';
import type { ResizeOptions } from '../../ops/resize.js';
import { type Pair, padding, pair, type Shape, type Window } from '../../shape.js';

const axis = (w: Window, i: 0 | 1) => ({
  kernel: w.kernel[i],
  stride: w.stride[i],
  dilation: w.dilation[i],
  pad: w.pad[i],
});

/** Behind a window that slides. */
export const windowCoords = (x: CoordMap, w: Window): CoordMap => [
  windowed(x[0], axis(w, 0)),
  windowed(x[1], axis(w, 1)),
];

/** Padding moves cells as in the convolution whose transpose it is. */
export function transposedCoords(x: CoordMap, kernel: Pair, o: TransposedOptions): CoordMap {
  const stride = pair(o.stride ?? 1);
  const dilation = pair(o.dilation ?? 1);
  const pad = padding(o.pad ?? 0);
  const along = (i: 0 | 1) =>
    transposed(x[i], { kernel: kernel[i], stride: stride[i], dilation: dilation[i], pad: pad[i] });
  return [along(0), along(1)];
}

/** Known for whole factors of half-pixel centres; other conventions place cells by the map's size. */
export function resizedCoords(x: CoordMap, o: ResizeOptions): CoordMap | null {
  if (!('scale' in o) || (o.coordinates ?? 'half_pixel') !== 'half_pixel') return null;
  const [y, horizontal] = pair(o.scale);
  if (!Number.isSafeInteger(y) || !Number.isSafeInteger(horizontal)) return null;
  const cells = o.mode === 'bicubic' ? 4 : 2;
  return [enlarged(x[0], y, cells), enlarged(x[1], horizontal, cells)];
}

/** Maps that meet cell by cell have a place only where they lie alike. */
export const meet = (maps: readonly CoordMap[]): CoordMap | null =>
  maps.every((m) => aligned(m, maps[0]!)) ? maps.reduce(merged) : null;

/** The size of the first input. */
export const same = (_name: string, [x]: readonly Shape[]): Shape => x!;

/** The tensors of a layer with or without a bias. */
export const biasVector = (channels: number, bias: boolean): Record<string, number> =>
  bias ? { bias: channels } : {};
