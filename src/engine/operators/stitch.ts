import {
  type Phases,
  split as splitOp,
  splitShape,
  stitch as stitchOp,
  stitchShape,
} from '../../ops/stitch.js';
import type { Pair } from '../../shape.js';
import { recorded } from '../recording.js';
import type { Tensor } from '../tensor.js';
import { type On, output } from './on.js';

/** Phases, and the size of what is made of them. */
export interface PhaseOptions extends Phases {
  /** Height and width of the output; all that the input has for it by default. */
  readonly size?: Pair;
}

/**
 * The phases of a map as images: [N, C, H, W] to [N * K, C, H', W'], phases in rows from left to right and then
 * down. Cells beyond the map are 0. With `factor` 1 they are shifted windows of the map.
 */
export function splitPhases(on: On, x: Tensor, { size, ...o }: PhaseOptions, y?: Tensor): Tensor {
  const out = output(on, 'split_phases', x, splitShape('split_phases', x.shape, o, size), y);
  recorded(on, (r) => r.add(splitOp(r.lowering('split_phases', x.elem), { x, y: out }, o)));
  return out;
}

/**
 * The map of which these are the phases, interleaved: [N * K, C, H', W'] to [N, C, H, W]. Cells of phases beyond
 * the map are dropped, and cells of `y` that no phase has stay as they were, 0 in a new one.
 */
export function stitch(on: On, x: Tensor, { size, ...o }: PhaseOptions, y?: Tensor): Tensor {
  const out = output(
    on,
    'stitch',
    x,
    y ? stitchShape('stitch', x.shape, o, [y.shape.h, y.shape.w]) : stitchShape('stitch', x.shape, o, size),
    y,
  );
  recorded(on, (r) => r.add(stitchOp(r.lowering('stitch', x.elem), { x, y: out }, o)));
  return out;
}
