import type { LayerType } from '../layer.js';
import { ACROSS_LAYERS } from './across.js';
import { CUT_LAYERS } from './cut.js';
import { FILTER_LAYERS } from './filter.js';
import { LAYOUT_LAYERS } from './layout.js';
import { NORM_LAYERS } from './norm.js';
import { POINTWISE_LAYERS } from './pointwise.js';
import { POOL_LAYERS } from './pool.js';

/** How each type of layer becomes nodes. Data and what training needs are not among them. */
export const LAYERS: ReadonlyMap<string, LayerType> = new Map(
  [
    ACROSS_LAYERS,
    CUT_LAYERS,
    FILTER_LAYERS,
    LAYOUT_LAYERS,
    NORM_LAYERS,
    POINTWISE_LAYERS,
    POOL_LAYERS,
  ].flatMap((family) => Object.entries(family)),
);
