import { ARITHMETIC_GRADIENTS } from './gradients/arithmetic.js';
import { FILTER_GRADIENTS } from './gradients/filter.js';
import { LAYOUT_GRADIENTS } from './gradients/layout.js';
import { PIXEL_GRADIENTS } from './gradients/pixel.js';
import { POOL_GRADIENTS } from './gradients/pool.js';
import type { GradientRule } from './gradients/rule.js';
import { STATISTICS_GRADIENTS } from './gradients/statistics.js';
import type { KindName } from './node.js';

/** How gradients go back through each kind of layer; a kind that is missing has none. */
export const GRADIENTS: { readonly [K in KindName]?: GradientRule<K> } = {
  ...ARITHMETIC_GRADIENTS,
  ...FILTER_GRADIENTS,
  ...LAYOUT_GRADIENTS,
  ...PIXEL_GRADIENTS,
  ...POOL_GRADIENTS,
  ...STATISTICS_GRADIENTS,
};
