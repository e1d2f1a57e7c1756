import { ARITHMETIC_KINDS, type ArithmeticAttrs } from './kinds/arithmetic.js';
import { FILTER_KINDS, type FilterAttrs } from './kinds/filter.js';
import { LAYOUT_KINDS, type LayoutAttrs } from './kinds/layout.js';
import { PIXEL_KINDS, type PixelAttrs } from './kinds/pixel.js';
import { POOL_KINDS, type PoolAttrs } from './kinds/pool.js';
import { TENSOR_KINDS, type TensorAttrs } from './kinds/tensor.js';
import { TRAINING_KINDS, type TrainingAttrs } from './kinds/training.js';
import type { KindName, Kinds } from './node.js';

/** What a layer of a net is described by, for each kind that a net has. */
export interface LayerAttrs
  extends ArithmeticAttrs,
    FilterAttrs,
    LayoutAttrs,
    PixelAttrs,
    PoolAttrs,
    TensorAttrs {}

/** What any layer is described by, those that training adds among them. */
export interface Attrs extends LayerAttrs, TrainingAttrs {}

/** Every kind of layer: its size, its place over the image, its weights and its dispatches. */
export const KINDS: Kinds<Pick<Attrs, KindName>> = {
  ...ARITHMETIC_KINDS,
  ...FILTER_KINDS,
  ...LAYOUT_KINDS,
  ...PIXEL_KINDS,
  ...POOL_KINDS,
  ...TENSOR_KINDS,
  ...TRAINING_KINDS,
};
