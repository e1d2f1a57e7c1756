import { UnsupportedError } from '../../errors.js';
import type { Activation } from '../../ops/activation.js';
import type { ActivationGradient } from '../../ops/activation_gradient.js';
import type { PixelAttrs } from '../kinds/pixel.js';
import type { Node } from '../node.js';
import { type GradientRules, throughRelu, times } from './rule.js';

/** The derivative of a function. @throws UnsupportedError where the engine has none */
function derivative(name: string, f: Activation): ActivationGradient {
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
    default:
      throw new UnsupportedError(`${name}: ${f.kind} has no gradient, should be relu, sigmoid, tanh or clip`);
  }
}

export const PIXEL_GRADIENTS: GradientRules<Pick<PixelAttrs, 'activation' | 'sum'>> = {
  activation({ tape, node, attrs, dy }) {
    const f = derivative(node.name, attrs);
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
};
