import type { LayerAttrs } from '../../../graph/kinds.js';
import { ARITHMETIC } from './arithmetic.js';
import type { Exporters } from './exporter.js';
import { FILTER } from './filter.js';
import { LAYOUT } from './layout.js';
import { PIXEL } from './pixel.js';
import { POOL } from './pool.js';
import { TENSOR } from './tensor.js';

/** How each kind of layer is said in ONNX. */
export const EXPORTERS: Exporters<Omit<LayerAttrs, 'input'>> = {
  ...ARITHMETIC,
  ...FILTER,
  ...LAYOUT,
  ...PIXEL,
  ...POOL,
  ...TENSOR,
};
