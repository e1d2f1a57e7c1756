import { FILTER_TRAINING_KINDS, type FilterTrainingAttrs } from './training/filter.js';
import { LAYOUT_TRAINING_KINDS, type LayoutTrainingAttrs } from './training/layout.js';
import { LOSS_TRAINING_KINDS, type LossTrainingAttrs } from './training/loss.js';
import { PIXEL_TRAINING_KINDS, type PixelTrainingAttrs } from './training/pixel.js';
import { POOL_TRAINING_KINDS, type PoolTrainingAttrs } from './training/pool.js';
import { STATISTICS_TRAINING_KINDS, type StatisticsTrainingAttrs } from './training/statistics.js';
import { TENSOR_TRAINING_KINDS, type TensorTrainingAttrs } from './training/tensor.js';

/** Layers that training adds to a graph: `backward` makes them, and no file has them. */
export interface TrainingAttrs
  extends FilterTrainingAttrs,
    LayoutTrainingAttrs,
    LossTrainingAttrs,
    PixelTrainingAttrs,
    PoolTrainingAttrs,
    StatisticsTrainingAttrs,
    TensorTrainingAttrs {}

export const TRAINING_KINDS = {
  ...FILTER_TRAINING_KINDS,
  ...LAYOUT_TRAINING_KINDS,
  ...LOSS_TRAINING_KINDS,
  ...PIXEL_TRAINING_KINDS,
  ...POOL_TRAINING_KINDS,
  ...STATISTICS_TRAINING_KINDS,
  ...TENSOR_TRAINING_KINDS,
};
