import { type AvgPoolOptions, type PoolOptions, poolShape } from '../../../lower/pool.js';
import { avgPoolGradient } from '../../../ops/avg_pool_gradient.js';
import { maxPoolIndex } from '../../../ops/max_pool.js';
import { maxPoolGradient } from '../../../ops/max_pool_gradient.js';
import { tensorBytes } from '../../../shape.js';
import type { Kinds } from '../../node.js';

/** Gradients of pools. */
export interface PoolTrainingAttrs {
  /** Reads x and dy. */
  max_pool_gradient: PoolOptions;
  /** Reads dy; x lends its size. */
  avg_pool_gradient: AvgPoolOptions;
}

export const POOL_TRAINING_KINDS: Kinds<PoolTrainingAttrs> = {
  max_pool_gradient: {
    shape: (_name, [x]) => x!,
    coords: () => null,
    lower(ctx, { inputs: [x, dy], y: dx }, options) {
      // The winners are found once more: a map of them would live from the pool to here.
      const shape = poolShape(ctx.op, x!.shape, options);
      const y = { buffer: ctx.scratch(tensorBytes(shape, ctx.elem)), shape, elem: ctx.elem };
      const winner = { buffer: ctx.scratch(tensorBytes(shape, 'u32')), shape, elem: 'u32' as const };
      return [
        ...maxPoolIndex(ctx, { x: x!, y, winner }, options),
        ...maxPoolGradient(ctx, { dy: dy!, winner, dx }, options),
      ];
    },
  },
  avg_pool_gradient: {
    reads: 1,
    shape: (_name, [, x]) => x!,
    coords: () => null,
    lower: (ctx, { inputs: [dy], y: dx }, options) => avgPoolGradient(ctx, { dy: dy!, dx }, options),
  },
};
