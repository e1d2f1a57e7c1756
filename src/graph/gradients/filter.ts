import type { FilterShape } from '../../lower/filter.js';
import type { FilterAttrs } from '../kinds/filter.js';
import type { FilterTrainingAttrs } from '../kinds/training/filter.js';
import type { Node } from '../node.js';
import { type Back, type GradientRules, sumOverPixels, throughRelu } from './rule.js';

/** The bias of each channel is added at every pixel of every image. */
const biasGradient = ({ tape, node }: Back<'conv2d_given' | 'conv_transpose2d_given'>, d: Node): Node =>
  sumOverPixels(tape, `${node.name} db`, d);

export const FILTER_GRADIENTS: GradientRules<
  Pick<FilterTrainingAttrs, 'conv2d_given' | 'conv_transpose2d_given'> & Pick<FilterAttrs, 'upsample'>
> = {
  upsample: ({ tape, node, attrs, dy }) => [
    tape.add('upsample_gradient', `${node.name} dx`, [dy, node.inputs[0] as Node], attrs),
  ],
  conv2d_given(b) {
    const { tape, node, attrs, wants } = b;
    const [x, w] = node.inputs as [Node, Node];
    const { relu, pool: _, ...options } = attrs.options;
    const { filter } = attrs;
    const d = relu ? throughRelu(b) : b.dy;
    return [
      wants(0) ? tape.add('conv2d_input_gradient', `${node.name} dx`, [d, w, x], { filter, options }) : null,
      wants(1) ? tape.add('conv2d_filter_gradient', `${node.name} dw`, [x, d], { filter, options }) : null,
      wants(2) ? biasGradient(b, d) : null,
    ];
  },
  // y of a transposed convolution stands where x of the convolution with the same filter does, and x where y does.
  conv_transpose2d_given(b) {
    const { tape, node, attrs, wants } = b;
    const [x, w] = node.inputs as [Node, Node];
    const { relu, outputPad: _, ...options } = attrs.options;
    const filter: FilterShape = {
      ...attrs.filter,
      in: attrs.filter.out,
      out: attrs.filter.in,
      transposed: false,
    };
    const d = relu ? throughRelu(b) : b.dy;
    return [
      wants(0) ? tape.add('conv2d_like', `${node.name} dx`, [d, w, x], { filter, options }) : null,
      wants(1) ? tape.add('conv2d_filter_gradient', `${node.name} dw`, [d, x], { filter, options }) : null,
      wants(2) ? biasGradient(b, d) : null,
    ];
  },
};
