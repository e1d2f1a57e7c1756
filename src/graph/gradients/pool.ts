import type { PoolAttrs } from '../kinds/pool.js';
import type { Node } from '../node.js';
import { flat, type GradientRules } from './rule.js';

export const POOL_GRADIENTS: GradientRules<PoolAttrs> = {
  max_pool: ({ tape, node, attrs, dy }) => [
    tape.add('max_pool_gradient', `${node.name} dx`, [node.inputs[0] as Node, dy], attrs),
  ],
  // Places are whole numbers.
  max_pool_index: flat,
  avg_pool: ({ tape, node, attrs, dy }) => [
    tape.add('avg_pool_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  global_avg_pool: ({ tape, node, dy }) => [
    tape.add('spread', `${node.name} dx`, [dy, node.inputs[0] as Node], { mean: true }),
  ],
};
