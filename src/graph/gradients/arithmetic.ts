import { UnsupportedError } from '../../errors.js';
import type { BinaryOp } from '../../ops/binary.js';
import type { ArithmeticAttrs } from '../kinds/arithmetic.js';
import type { Node } from '../node.js';
import { type Back, type GradientRules, times } from './rule.js';

/** The gradients with respect to a and b before the sum over what was repeated. */
function parts({ tape, node, attrs: { op }, dy }: Back<'binary'>): readonly (() => Node)[] {
  const [a, b] = node.inputs as [Node, Node];
  const add = (op: BinaryOp, p: Node, q: Node) => tape.add('binary', `${node.name} ${op}`, [p, q], { op });
  const where = (test: BinaryOp) => () => add('mul', dy, add(test, a, b));
  switch (op) {
    case 'add':
      return [() => dy, () => dy];
    case 'sub':
      return [() => dy, () => times(tape, `${node.name} minus`, dy, -1)];
    case 'mul':
      return [() => add('mul', dy, b), () => add('mul', dy, a)];
    case 'div':
      return [
        () => add('div', dy, b),
        () => times(tape, `${node.name} minus`, add('div', add('mul', dy, node), b), -1),
      ];
    // Where both are equal the first has it, as in a max-pool.
    case 'max':
      return [where('greater_or_equal'), where('less')];
    case 'min':
      return [where('less_or_equal'), where('greater')];
    default:
      throw new UnsupportedError(
        `${node.name}: ${op} has no gradient, should be add, sub, mul, div, max or min`,
      );
  }
}

export const ARITHMETIC_GRADIENTS: GradientRules<Pick<ArithmeticAttrs, 'binary' | 'reduce'>> = {
  binary(b) {
    const of = parts(b);
    return b.node.inputs.map((x, i) =>
      b.wants(i) ? b.tape.add('sum_to', `${b.node.name} d${i}`, [of[i]!(), x], {}) : null,
    );
  },
  reduce({ tape, node, attrs: { op }, dy }) {
    if (op !== 'sum' && op !== 'mean')
      throw new UnsupportedError(`${node.name}: reduction by ${op} has no gradient, should be sum or mean`);
    const x = node.inputs[0] as Node;
    return [tape.add('spread', `${node.name} dx`, [dy, x], { mean: op === 'mean' })];
  },
};
