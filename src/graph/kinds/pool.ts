import { type AvgPoolOptions, type PoolOptions, poolShape, poolWindow } from '../../lower/pool.js';
import { avgPool } from '../../ops/avg_pool.js';
import { globalAvgPool, globalAvgPoolShape } from '../../ops/global_avg_pool.js';
import { maxPool } from '../../ops/max_pool.js';
import type { Kinds } from '../node.js';
import { windowCoords } from './rules.js';

/** Layers that look at a window, or a plane, of each channel. */
export interface PoolAttrs {
  max_pool: PoolOptions;
  avg_pool: AvgPoolOptions;
  global_avg_pool: Record<never, never>;
}

export const POOL_KINDS: Kinds<PoolAttrs> = {
  max_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    lower: (ctx, t, options) => maxPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  avg_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    lower: (ctx, t, options) => avgPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  global_avg_pool: {
    shape: (_name, [x]) => globalAvgPoolShape(x!),
    coords: () => null,
    lower: (ctx, t) => globalAvgPool(ctx, { x: t.inputs[0]!, y: t.y }),
  },
};
