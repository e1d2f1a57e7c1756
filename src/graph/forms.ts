import { ARITHMETIC_FORMS } from './forms/arithmetic.js';
import { FILTER_FORMS } from './forms/filter.js';
import type { Form } from './forms/form.js';
import { LAYOUT_FORMS } from './forms/layout.js';
import { PIXEL_FORMS } from './forms/pixel.js';
import { POOL_FORMS } from './forms/pool.js';
import { TENSOR_FORMS } from './forms/tensor.js';
import type { Attrs } from './kinds.js';
import type { LayerKind } from './node.js';

/** How a file describes each kind of layer that a net has. */
export const FORMS: { readonly [K in LayerKind]: Form<Attrs[K]> } = {
  ...ARITHMETIC_FORMS,
  ...FILTER_FORMS,
  ...LAYOUT_FORMS,
  ...PIXEL_FORMS,
  ...POOL_FORMS,
  ...TENSOR_FORMS,
};
