import type { PoolAttrs } from '../../../graph/kinds/pool.js';
import { type AvgPoolOptions, type PoolOptions, poolWindow } from '../../../lower/pool.js';
import { type Pair, pair, type Window } from '../../../shape.js';
import type { Exporters, LayerExport } from './exporter.js';

interface Reach extends Window {
  /** Rows and columns behind the map that windows see when sizes round down. */
  readonly after: Pair;
  /** Whether a window may lie off the map as a whole. */
  readonly off: boolean;
  /** Whether ONNX's `ceil_mode` says the same in every version of its text. */
  readonly ceil: boolean;
}

/**
 * A pool's window with sizes rounded down: rounding up is `stride - 1` more cells behind the map, and with
 * fewer cells than the window is long no window starts beyond it, which is what `clip` asks for.
 */
function reach(o: PoolOptions): Reach {
  const win = poolWindow(o);
  const hang = pair(o.hang ?? 0);
  const along = (i: 0 | 1) => {
    const extent = win.dilation[i] * (win.kernel[i] - 1) + 1;
    const more = o.ceil ? win.stride[i] - 1 : 0;
    const wanted = win.pad[i + 2]! + hang[i] + more;
    const after = o.clip ? Math.min(wanted, extent - 1) : wanted;
    return { after, off: Math.max(win.pad[i], after) >= extent, ceil: hang[i] === 0 && wanted < extent };
  };
  const [y, x] = [along(0), along(1)];
  const ceil = Boolean(o.ceil) && y.ceil && x.ceil;
  return { ...win, after: [y.after, x.after], off: y.off || x.off, ceil };
}

const LOWEST = -((2 - 2 ** -23) * 2 ** 127);

const attributes = ({ kernel, stride, dilation }: Window) => ({
  kernel_shape: kernel,
  strides: stride,
  dilations: dilation,
});

/** A pool whose padding ONNX's own can have: less than the kernel. */
function plainMaxPool(e: LayerExport, outputs: number, x: string, r: Reach, order = 0): string[] | null {
  const [top, left] = r.pad;
  const pads = r.ceil ? r.pad : [top, left, ...r.after];
  if (pads.some((pad, i) => pad >= r.kernel[i % 2]!)) return null;
  return e.addAll(outputs, 'MaxPool', [x], {
    ...attributes(r),
    pads,
    ceil_mode: Number(r.ceil),
    ...(outputs > 1 && { storage_order: order }),
  });
}

/** The largest of each window; 0 where it lies off the map. */
export function maxPool(e: LayerExport, x: string, o: PoolOptions): string {
  const r = reach(o);
  const plain = r.off ? null : plainMaxPool(e, 1, x, r);
  if (plain) return plain[0]!;
  const [top, left] = r.pad;
  const lowest = e.number(LOWEST);
  const padded = e.add('Pad', [x, e.ints([0, 0, top, left, 0, 0, ...r.after]), lowest]);
  const y = e.add('MaxPool', [padded], attributes(r));
  return r.off ? e.add('Where', [e.add('LessOrEqual', [y, lowest]), e.number(0), y]) : y;
}

/** The sum over each window, without padding. */
const windowSum = (e: LayerExport, x: string, part: string, channels: number, r: Reach): string =>
  e.add(
    'Conv',
    [
      x,
      e.floats(part, new Float32Array(channels * r.kernel[0] * r.kernel[1]).fill(1), [
        channels,
        1,
        ...r.kernel,
      ]),
    ],
    { ...attributes(r), group: channels },
  );

/** Sums over the windows, by how many of a window's taps count. */
function meanOfSums(e: LayerExport, r: Reach, countPad: boolean): string {
  const [top, left, bottom, right] = r.pad;
  const [below, beside] = r.after;
  const zero = e.number(0);
  const pad = (x: string, pads: readonly number[]) => e.add('Pad', [x, e.ints(pads), zero]);
  const all = [0, 0, top, left, 0, 0, below, beside];
  const plane = e.add('Concat', [e.ints([1, 1]), e.plane(0)], { axis: 0 });
  const cells = e.add('Expand', [e.number(1), plane]);
  const counted = countPad
    ? pad(e.add('Pad', [cells, e.ints([0, 0, top, left, 0, 0, bottom, right]), e.number(1)]), [
        0,
        0,
        0,
        0,
        0,
        0,
        below - bottom,
        beside - right,
      ])
    : pad(cells, all);
  const sums = windowSum(e, pad(e.x, all), 'ones', e.node.channels, r);
  const taps = windowSum(e, counted, 'one', 1, r);
  return e.add('Div', [sums, e.add('Max', [taps, e.number(1)])]);
}

function avgPool(e: LayerExport, { countPad = false, ...o }: AvgPoolOptions): string {
  const r = reach(o);
  const [top, left, bottom, right] = r.pad;
  const plain =
    r.dilation.every((d) => d === 1) &&
    r.after[0] === bottom &&
    r.after[1] === right &&
    r.pad.every((pad, i) => pad < r.kernel[i % 2]!);
  if (!plain) return meanOfSums(e, r, countPad);
  const { dilations: _, ...window } = attributes(r);
  return e.add('AveragePool', [e.x], {
    ...window,
    pads: [top, left, bottom, right],
    count_include_pad: Number(countPad),
  });
}

export const POOL: Exporters<PoolAttrs> = {
  max_pool: (e, options) => maxPool(e, e.x, options),
  max_pool_index(e, { order = 'row', ...options }) {
    const r = reach(options);
    const both = r.off ? null : plainMaxPool(e, 2, e.x, r, order === 'column' ? 1 : 0);
    if (!both) return e.unsupported('as much padding as its window, should be less');
    // ONNX counts over the whole tensor.
    const area = e.add('ReduceProd', [e.plane(0)], { keepdims: 0 });
    return e.cast(e.add('Mod', [both[1]!, area]), 'float32');
  },
  avg_pool: avgPool,
  global_avg_pool: (e) => e.add('GlobalAveragePool', [e.x]),
};
