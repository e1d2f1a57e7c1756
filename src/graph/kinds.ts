import { ARITHMETIC_KINDS, type ArithmeticAttrs } from './kinds/arithmetic.js';
import { FILTER_KINDS, type FilterAttrs } from './kinds/filter.js';
import { LAYOUT_KINDS, type LayoutAttrs } from './kinds/layout.js';
import { PIXEL_KINDS, type PixelAttrs } from './kinds/pixel.js';
import { POOL_KINDS, type PoolAttrs } from './kinds/pool.js';
import { TENSOR_KINDS, type TensorAttrs } from './kinds/tensor.js';
import type { KindName, Kinds } from './node.js';

/** What a layer of each kind is described by. */
export interface Attrs
  extends ArithmeticAttrs,
    FilterAttrs,
    LayoutAttrs,
    PixelAttrs,
    PoolAttrs,
    TensorAttrs {}

/** Every kind of layer: its size, its place over the image, its weights and its dispatches. */
export const KINDS: Kinds<Pick<Attrs, KindName>> = {
  ...ARITHMETIC_KINDS,
  ...FILTER_KINDS,
  ...LAYOUT_KINDS,
  ...PIXEL_KINDS,
  ...POOL_KINDS,
  ...TENSOR_KINDS,
};
