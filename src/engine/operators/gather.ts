import {
  type PadOptions,
  padShape,
  padTables,
  type SliceOptions,
  sliceShape,
  sliceTables,
  type TakeOptions,
  takeShape,
  takeTables,
} from '../../lower/gather_tables.js';
import { gather } from '../../ops/gather.js';
import {
  type GridSampleOptions,
  gridSample as gridSampleOp,
  gridSampleShape,
} from '../../ops/grid_sample.js';
import { maxUnpool as maxUnpoolOp, maxUnpoolShape } from '../../ops/max_unpool.js';
import type { Pair } from '../../shape.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { alike, type On, output } from './on.js';

/** Cells added at the ends of each axis, or cut where they are negative. */
export function pad(on: On, x: Tensor, o: PadOptions, y?: Tensor): Tensor {
  const out = output(on, 'pad', x, padShape('pad', x.shape, o), y);
  const tables = padTables('pad', x.shape, o);
  recorded(on, (r) => r.add(gather(r.lowering('pad', x.elem), { x, y: out }, tables, o.value)));
  return out;
}

/** `[start:end:step]` of one axis. */
export function slice(on: On, x: Tensor, o: SliceOptions, y?: Tensor): Tensor {
  const out = output(on, 'slice', x, sliceShape('slice', x.shape, o), y);
  const tables = sliceTables('slice', x.shape, o);
  recorded(on, (r) => r.add(gather(r.lowering('slice', x.elem), { x, y: out }, tables)));
  return out;
}

/** One axis, index by index. */
export function take(on: On, x: Tensor, o: TakeOptions, y?: Tensor): Tensor {
  const out = output(on, 'take', x, takeShape('take', x.shape, o), y);
  recorded(on, (r) => r.add(gather(r.lowering('take', x.elem), { x, y: out }, takeTables(x.shape, o))));
  return out;
}

/**
 * Reads x between its pixels.
 * @param grid [N, 2, H', W']: the column and the row of each output pixel, from -1 to 1 over x.
 */
export function gridSample(on: On, x: Tensor, grid: Tensor, o: GridSampleOptions, y?: Tensor): Tensor {
  const op = 'grid_sample';
  const out = output(on, op, alike(op, [x, grid]), gridSampleShape(op, x.shape, grid.shape), y);
  recorded(on, (r) => r.add(gridSampleOp(r.lowering(op, x.elem), { x, grid, y: out }, o)));
  return out;
}

/**
 * x at its positions, and 0 elsewhere: [N, C, H, W] to [N, C, ...size].
 * @param position of each value, counted over all of y in planar order
 */
export function maxUnpool(on: On, x: Tensor, position: Tensor, size: Pair, y?: Tensor): Tensor {
  const op = 'max_unpool';
  const out = output(on, op, alike(op, [x, position]), maxUnpoolShape(op, x.shape, position.shape, size), y);
  recorded(on, (r) => r.add(maxUnpoolOp(r.lowering(op, x.elem), { x, position, y: out })));
  return out;
}
