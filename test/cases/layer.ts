import type { FilterShape } from '../../src/lower/filter.js';
import type { AvgPoolOptions, PoolOptions } from '../../src/lower/pool.js';
import type { ConvTranspose2dOptions } from '../../src/ops/conv_transpose2d.js';
import type { Conv2dOptions } from '../../src/ops/conv2d.js';
import type { LrnOptions } from '../../src/ops/lrn.js';
import type { ResizeOptions } from '../../src/ops/resize.js';
import type { Pair, Shape } from '../../src/shape.js';

/**
 * What a case computes from its inputs x, w and b, as data: enough for another engine to do the same. Other inputs than
 * that of size x lie ready, as weights do.
 */
export type Layer = {
  readonly x: Shape;
  readonly y: Shape;
  /** The input of size x; `x` by default. */
  readonly input?: string;
} & (
  | {
      readonly op: 'conv2d';
      readonly w: FilterShape;
      readonly options: Conv2dOptions;
      /** Weights that the operator makes itself. */
      readonly filter?: () => Float32Array;
    }
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
  | { readonly op: 'lrn'; readonly options: LrnOptions }
  /** Over channels, or its logarithm. */
  | { readonly op: 'softmax'; readonly log: boolean }
  /** Channels of x, then those of `rest` by their names. */
  | { readonly op: 'concat'; readonly rest: Readonly<Record<string, Shape>> }
  /** The window from `offset`. */
  | { readonly op: 'crop'; readonly offset: Pair }
  /** That window, plus the input a. */
  | { readonly op: 'crop_sum'; readonly offset: Pair }
  /** From x and dy, the size of w's filter as a map. */
  | {
      readonly op: 'conv2d_filter_gradient';
      readonly dy: Shape;
      readonly w: FilterShape;
      readonly options: Conv2dOptions;
    }
  /** From dy, which has the size x, and the pool's own x. */
  | { readonly op: 'max_pool_gradient'; readonly options: PoolOptions }
  /** From labels too: of the mean loss of the pixels that have another one than `ignore`. */
  | { readonly op: 'softmax_loss_gradient'; readonly ignore: number }
  /** By the statistics of the batch, with gamma and beta. */
  | { readonly op: 'batch_norm'; readonly epsilon: number }
);
