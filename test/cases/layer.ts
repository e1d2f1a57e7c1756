import type { FilterShape } from '../../src/lower/filter.js';
import type { AvgPoolOptions, PoolOptions } from '../../src/lower/pool.js';
import type { ConvTranspose2dOptions } from '../../src/ops/conv_transpose2d.js';
import type { Conv2dOptions } from '../../src/ops/conv2d.js';
import type { ResizeOptions } from '../../src/ops/resize.js';
import type { Shape } from '../../src/shape.js';

/** What a case computes from its inputs x, w and b, as data: enough for another engine to do the same. */
export type Layer = { readonly x: Shape; readonly y: Shape } & (
  | { readonly op: 'conv2d'; readonly w: FilterShape; readonly options: Conv2dOptions }
  | {
      readonly op: 'conv_transpose2d';
      readonly w: FilterShape;
      readonly options: ConvTranspose2dOptions;
      /** Weights that the operator makes itself. */
      readonly filter?: () => Float32Array;
    }
  | { readonly op: 'max_pool'; readonly options: PoolOptions; readonly winner: boolean }
  | { readonly op: 'avg_pool'; readonly options: AvgPoolOptions }
  | { readonly op: 'global_avg_pool' }
  | { readonly op: 'resize'; readonly options: ResizeOptions }
);
