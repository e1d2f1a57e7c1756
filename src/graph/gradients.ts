import { ARITHMETIC_GRADIENTS } from './gradients/arithmetic.js';
import { FILTER_GRADIENTS } from './gradients/filter.js';
import { LAYOUT_GRADIENTS } from './gradients/layout.js';
import { PIXEL_GRADIENTS } from './gradients/pixel.js';
import { POOL_GRADIENTS } from './gradients/pool.js';
import type { GradientRule } from './gradients/rule.js';
import { STATISTICS_GRADIENTS } from './gradients/statistics.js';
import { TENSOR_GRADIENTS } from './gradients/tensor.js';
import type { KindName } from './node.js';

const RULES = {
  ...ARITHMETIC_GRADIENTS,
  ...FILTER_GRADIENTS,
  ...LAYOUT_GRADIENTS,
  ...PIXEL_GRADIENTS,
  ...POOL_GRADIENTS,
  ...STATISTICS_GRADIENTS,
  ...TENSOR_GRADIENTS,
};

/** How gradients go back through each kind of layer. */
export const GRADIENTS: { readonly [K in KindName]?: GradientRule<K> } = RULES;

const LEAF = 'it reads no layer';
const PACKED = '`trainable` makes it a layer whose tensors are maps, which has one';
const AGAIN = 'there are no gradients of gradients';

/** Every other kind, with the reason why it has no rule. */
export const WITHOUT_GRADIENT: Readonly<Record<Exclude<KindName, keyof typeof RULES>, string>> = {
  input: LEAF,
  constant: LEAF,
  conv2d: PACKED,
  conv_transpose2d: PACKED,
  inner_product: PACKED,
  prelu: PACKED,
  scale: PACKED,
  batch_norm: PACKED,
  variance: 'the gradient of the batch norm that reads it goes through it',
  softmax_loss: '`softmax_loss_gradient` is where gradients begin',
  softmax_loss_gradient: AGAIN,
  activation_gradient: AGAIN,
  softmax_gradient: AGAIN,
  lrn_gradient: AGAIN,
  prelu_gradient: AGAIN,
  crop_gradient: AGAIN,
  upsample_gradient: AGAIN,
  resize_gradient: AGAIN,
  resize_to_gradient: AGAIN,
  conv2d_input_gradient: AGAIN,
  conv2d_filter_gradient: AGAIN,
  conv2d_like: AGAIN,
  max_pool_gradient: AGAIN,
  avg_pool_gradient: AGAIN,
  batch_norm_product: AGAIN,
  batch_norm_gradient: AGAIN,
  sum_to: AGAIN,
  spread: AGAIN,
  pad_gradient: AGAIN,
  slice_gradient: AGAIN,
  take_gradient: AGAIN,
  matmul_gradient: AGAIN,
  max_unpool_gradient: AGAIN,
  grid_sample_gradient: AGAIN,
  grid_sample_place_gradient: AGAIN,
};
