import { type Rational, rational } from '../../coords.js';
import type { Choosing } from '../../lower/choosing.js';
import { type Interpolation, resizeReads, scaleFraction } from '../../lower/resize_table.js';
import { type TransposedOptions, transposedWindow } from '../../lower/transposed.js';
import type { ResizeOptions } from '../../ops/resize.js';
import { type Pair, pair, type Window } from '../../shape.js';

/**
 * On which cells of the maps that it reads a layer's cells depend, along one axis, counted from where the maps begin. A
 * map that begins `group` cells later than another one depends on its inputs by the same rule.
 */
export interface Reach {
  /** Cells of the input from one cell to the next. */
  readonly step: Rational;
  /** Cells that are computed together begin at multiples of so many. */
  readonly group: number;
  /** The input cells [from, to) on which a cell depends to the last bit, those beyond the map as well. Both grow. */
  reads(cell: number): readonly [from: number, to: number];
}

/** What a reach depends on besides the layer. */
export interface ReachContext extends Partial<Choosing> {
  /** 0 for rows, 1 for columns. */
  readonly axis: 0 | 1;
  /** Cells along the axis of the first map that it reads and of its own. */
  readonly from: number;
  readonly to: number;
}

const AXES = ['h', 'w'] as const;

const shifted = (offset: number): Reach => ({
  step: rational(1),
  group: 1,
  reads: (cell) => [cell + offset, cell + offset + 1],
});

const SAME = shifted(0);

/** Of a layer that looks at one cell at a time. */
export const cellReach = (): Reach => SAME;

/** Of a layer that moves cells by whole numbers of cells. */
export const shiftReach = (offset: Pair, { axis }: ReachContext): Reach => shifted(offset[axis]);

/** Of a layer that looks at whole rows, columns, images or channels: one cell at a time along the other axes. */
export const acrossReach = (axes: readonly string[], { axis }: ReachContext): Reach | null =>
  axes.includes(AXES[axis]) ? null : SAME;

/** Of a window that slides. */
export function windowReach({ kernel, stride, dilation, pad }: Window, { axis }: ReachContext): Reach {
  const extent = dilation[axis] * (kernel[axis] - 1) + 1;
  const first = (cell: number) => cell * stride[axis] - pad[axis]!;
  return {
    step: rational(stride[axis]),
    group: 1,
    reads: (cell) => [first(cell), first(cell) + extent],
  };
}

/**
 * Of Winograd: the outputs of a tile share the rounding of its inputs.
 * @param tile rows and columns of a tile of outputs; its inputs are two more.
 * @param pooled 2 where a 2x2 max-pool follows in the same kernel.
 */
export function winogradReach(tile: 4 | 2, pad: number, pooled: 1 | 2): Reach {
  const first = (cell: number) => tile * Math.floor((pooled * cell) / tile) - pad;
  return {
    step: rational(pooled),
    group: tile / pooled,
    reads: (cell) => [first(cell), first(cell) + tile + 2],
  };
}

/** Of a transposed convolution. */
export function transposedReach(kernel: Pair, o: TransposedOptions, { axis }: ReachContext): Reach {
  const win = transposedWindow(kernel, o);
  const [stride, origin] = [win.stride[axis], win.origin[axis]];
  const reach = (kernel[axis] - 1) * win.dilation[axis];
  return {
    step: rational(1, stride),
    group: stride,
    reads: (cell) => [Math.ceil((cell + origin - reach) / stride), Math.floor((cell + origin) / stride) + 1],
  };
}

/** Of a resize by up / down; null where cells lie by the size of the map. */
function scaleReach(o: Interpolation, [up, down]: Pair, { from, to }: ReachContext): Reach | null {
  const { coordinates = 'half_pixel' } = o;
  // This one has a rule of its own for a map of one cell, which only a map that shrinks can become.
  if (coordinates === 'pytorch_half_pixel' && up < down) return null;
  if (coordinates === 'align_corners' || coordinates === 'tf_crop_and_resize') return null;
  return {
    step: rational(down, up),
    group: up,
    reads: (cell) => resizeReads({ size: from, out: to, up, down }, cell, o),
  };
}

/** Of a resize by scales. */
export const resizeReach = (o: ResizeOptions, where: ReachContext): Reach | null =>
  'scale' in o && !o.size ? scaleReach(o, scaleFraction(pair(o.scale)[where.axis]), where) : null;

/** Of a resize to the size of another map: by the scale of the two whole maps, which must be that of their cells. */
export function resizeToReach(o: Interpolation, where: ReachContext): Reach | null {
  const { num: up, den: down } = rational(where.to, where.from);
  return o.antialias && up < down ? null : scaleReach(o, [up, down], where);
}
