import type { Activation } from '../../ops/activation.js';
import type { ActivationGradient } from '../../ops/activation_gradient.js';
import type { PixelAttrs } from '../kinds/pixel.js';
import type { PixelTrainingAttrs } from '../kinds/training/pixel.js';
import type { Node } from '../node.js';
import { type GradientRules, sumOverPixels, throughRelu, times } from './rule.js';

/** The derivative of a function; null of one of steps, which is 0 wherever there is one. */
function derivative(f: Activation): ActivationGradient | null {
  switch (f.kind) {
    case 'relu':
      return { from: 'y', kind: 'relu', slope: f.slope ?? 0 };
    case 'sigmoid':
    case 'tanh':
      return { from: 'y', kind: f.kind };
    case 'clip': {
      const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = f;
      return { from: 'x', kind: 'clip', min, max };
    }
    case 'floor':
    case 'ceil':
    case 'round':
    case 'trunc':
    case 'sign':
    case 'not':
      return null;
    default:
      return { from: 'x', kind: 'function', of: f };
  }
}

export const PIXEL_GRADIENTS: GradientRules<
  Pick<PixelAttrs, 'activation' | 'lrn' | 'softmax' | 'sum'> &
    Pick<PixelTrainingAttrs, 'dropout' | 'prelu_given'>
> = {
  activation({ tape, node, attrs, dy }) {
    const f = derivative(attrs);
    if (!f) return [null];
    const v = f.from === 'y' ? node : (node.inputs[0] as Node);
    return [tape.add('activation_gradient', `${node.name} dx`, [v, dy], f)];
  },
  sum(b) {
    const { tape, node, attrs, wants } = b;
    const d = attrs.relu ? throughRelu(b) : b.dy;
    return node.inputs.map((_, i) =>
      wants(i) ? times(tape, `${node.name} dx${i}`, d, attrs.coefficients?.[i] ?? 1) : null,
    );
  },
  lrn: ({ tape, node, attrs, dy }) => [
    tape.add('lrn_gradient', `${node.name} dx`, [node.inputs[0] as Node, dy], attrs),
  ],
  softmax: ({ tape, node, attrs, dy }) => [
    tape.add('softmax_gradient', `${node.name} dx`, [node, dy], attrs),
  ],
  dropout: ({ tape, node, attrs, dy }) => [
    tape.add('dropout', `${node.name} dx`, [dy, node.inputs[1] as Node], attrs),
    null,
  ],
  prelu_given({ tape, node, dy, wants }) {
    const [x, slope] = node.inputs as [Node, Node];
    const back = (of: 'x' | 'slope') =>
      tape.add('prelu_gradient', `${node.name} d${of}`, [x, slope, dy], { of });
    return [
      wants(0) ? back('x') : null,
      wants(1) ? sumOverPixels(tape, `${node.name} dslope sum`, back('slope')) : null,
    ];
  },
};
