import { type AvgPoolOptions, type PoolOptions, poolShape, poolWindow } from '../../lower/pool.js';
import { avgPool } from '../../ops/avg_pool.js';
import { globalAvgPool, globalAvgPoolShape } from '../../ops/global_avg_pool.js';
import { maxPool, maxPoolIndex } from '../../ops/max_pool.js';
import { type WinnerOrder, winnerPlace } from '../../ops/max_unpool.js';
import { tensorBytes } from '../../shape.js';
import type { Kinds } from '../node.js';
import { windowReach } from './reach.js';
import { windowCoords } from './rules.js';

/** Layers that look at a window, or a plane, of each channel. */
export interface PoolAttrs {
  max_pool: PoolOptions;
  /** Where each maximum stands in its plane, as a number. */
  max_pool_index: PoolOptions & WinnerOrder;
  avg_pool: AvgPoolOptions;
  global_avg_pool: Record<never, never>;
}

export const POOL_KINDS: Kinds<PoolAttrs> = {
  max_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    reach: (options, where) => windowReach(poolWindow(options), where),
    lower: (ctx, t, options) => maxPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  max_pool_index: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    lower(ctx, { inputs: [x], y }, o) {
      const { shape } = y;
      const winner = { buffer: ctx.scratch(tensorBytes(shape, 'u32')), shape, elem: 'u32' as const };
      // The maxima themselves are written over.
      return [...maxPoolIndex(ctx, { x: x!, y, winner }, o), ...winnerPlace(ctx, { winner, y }, x!.shape, o)];
    },
  },
  avg_pool: {
    shape: (name, [x], options) => poolShape(name, x!, options),
    coords: ([x], options) => windowCoords(x!, poolWindow(options)),
    reach: (options, where) => windowReach(poolWindow(options), where),
    lower: (ctx, t, options) => avgPool(ctx, { x: t.inputs[0]!, y: t.y }, options),
  },
  global_avg_pool: {
    shape: (_name, [x]) => globalAvgPoolShape(x!),
    coords: () => null,
    lower: (ctx, t) => globalAvgPool(ctx, { x: t.inputs[0]!, y: t.y }),
  },
};
