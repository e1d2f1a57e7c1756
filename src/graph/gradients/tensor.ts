import type { TensorAttrs } from '../kinds/tensor.js';
import type { Node } from '../node.js';
import { rearranged } from './rearrange.js';
import type { GradientRules } from './rule.js';

export const TENSOR_GRADIENTS: GradientRules<Omit<TensorAttrs, 'constant'>> = {
  rearrange: (b) => [rearranged(b)],
  pad: ({ tape, node, attrs, dy }) => [
    tape.add('pad_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  slice: ({ tape, node, attrs, dy }) => [
    tape.add('slice_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  take: ({ tape, node, attrs, dy }) => [
    tape.add('take_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  matmul({ tape, node, dy, wants }) {
    const [a, b] = node.inputs as [Node, Node];
    const back = (of: 'a' | 'b', other: Node, like: Node) => {
      const d = tape.add('matmul_gradient', `${node.name} of ${of}`, [dy, other, like], { of });
      return tape.add('sum_to', `${node.name} d${of}`, [d, like], {});
    };
    return [wants(0) ? back('a', b, a) : null, wants(1) ? back('b', a, b) : null];
  },
  // Positions are whole numbers.
  max_unpool: ({ tape, node, dy }) => [
    tape.add('max_unpool_gradient', `${node.name} dx`, [node.inputs[1] as Node, dy], {}),
    null,
  ],
  grid_sample({ tape, node, attrs, dy, wants }) {
    const [x, grid] = node.inputs as [Node, Node];
    return [
      wants(0) ? tape.add('grid_sample_gradient', `${node.name} dx`, [dy, grid, x], attrs) : null,
      wants(1) && attrs.mode !== 'nearest'
        ? tape.add('grid_sample_place_gradient', `${node.name} dgrid`, [x, grid, dy], attrs)
        : null,
    ];
  },
};
