import type { PlainFunction } from '../../ops/activation.js';
import type { BinaryOp } from '../../ops/binary.js';
import type { ArithmeticAttrs } from '../kinds/arithmetic.js';
import type { Node } from '../node.js';
import { type Back, flat, type GradientRules, type Tape, times } from './rule.js';

/** Layers by short names, for gradients that are formulas. */
function formulas(tape: Tape, name: string) {
  const apply = (kind: PlainFunction, x: Node): Node =>
    tape.add('activation', `${name} ${kind}`, [x], { kind });
  const combine = (op: BinaryOp, a: Node, b: Node): Node =>
    tape.add('binary', `${name} ${op}`, [a, b], { op });
  return {
    apply,
    combine,
    /** The second where the first is not 0, else the third. */
    choose: (test: Node, a: Node, b: Node): Node => tape.add('select', `${name} select`, [test, a, b], {}),
    minus: (x: Node): Node => times(tape, `${name} minus`, x, -1),
    mul: (a: Node, b: Node): Node => combine('mul', a, b),
  };
}

/** The gradients with respect to a and b before the sum over what was repeated; null where they are 0. */
function parts({ tape, node, attrs: { op }, dy }: Back<'binary'>): readonly (() => Node | null)[] {
  const [a, b] = node.inputs as [Node, Node];
  const { apply, combine, choose, minus, mul } = formulas(tape, node.name);
  const where = (test: BinaryOp) => () => mul(dy, combine(test, a, b));
  switch (op) {
    case 'add':
      return [() => dy, () => dy];
    case 'sub':
      return [() => dy, () => minus(dy)];
    case 'mul':
      return [() => mul(dy, b), () => mul(dy, a)];
    case 'div':
      return [() => combine('div', dy, b), () => minus(combine('div', mul(dy, node), b))];
    // Where both are equal the first has it, as in a max-pool.
    case 'max':
      return [where('greater_or_equal'), where('less')];
    case 'min':
      return [where('less_or_equal'), where('greater')];
    case 'pow': {
      // b a^(b - 1) and y log(a), 0 where b or a is: there the other factor may be infinite.
      const less = () => combine('sub', b, combine('equal', b, b));
      const base = () => choose(b, mul(b, combine('pow', a, less())), b);
      const exponent = () => choose(a, mul(node, apply('log', a)), a);
      return [() => mul(dy, base()), () => mul(dy, exponent())];
    }
    // y = a - b k with k whole, which keeps its value nearby.
    case 'mod':
    case 'fmod':
      return [() => dy, () => mul(dy, combine('div', combine('sub', node, a), b))];
    case 'prelu': {
      const positive = () => tape.add('activation', `${node.name} positive`, [a], { kind: 'relu' });
      const negative = () => tape.add('activation', `${node.name} negative`, [a], { kind: 'clip', max: 0 });
      return [() => choose(positive(), dy, mul(dy, b)), () => mul(dy, negative())];
    }
    // Comparisons and logic are functions of steps.
    default:
      return [() => null, () => null];
  }
}

/** The gradient of a reduction; of a sum, a mean or the logarithm of a sum before it is spread over what was reduced. */
function reduced({ tape, node, attrs, dy }: Back<'reduce'>, x: Node): Node {
  const { apply, combine, choose, mul } = formulas(tape, node.name);
  const over = (op: 'sum' | 'prod', of: Node): Node =>
    tape.add('reduce', `${node.name} ${op}`, [of], { op, axes: attrs.axes });
  switch (attrs.op) {
    case 'sum':
    case 'mean':
      return dy;
    // Equal extremes share it.
    case 'max':
    case 'min': {
      const wins = combine('equal', x, node);
      return mul(wins, combine('div', dy, over('sum', wins)));
    }
    // The product of the others: without zeros, and 0 where another is one.
    case 'prod': {
      const zero = apply('not', x);
      const others = combine('sub', over('sum', zero), zero);
      const filled = combine('add', x, zero);
      return mul(combine('div', mul(dy, over('prod', filled)), filled), apply('not', others));
    }
    case 'l1':
      return mul(dy, apply('sign', x));
    // 0 at the cone's tip.
    case 'l2':
      return mul(dy, choose(node, combine('div', x, node), node));
    case 'sum_square':
      return mul(dy, times(tape, `${node.name} twice`, x, 2));
    case 'log_sum':
      return combine('div', dy, apply('exp', node));
  }
}

export const ARITHMETIC_GRADIENTS: GradientRules<ArithmeticAttrs> = {
  binary(b) {
    const of = parts(b);
    return b.node.inputs.map((x, i) => {
      const d = b.wants(i) ? of[i]!() : null;
      return d && b.tape.add('sum_to', `${b.node.name} d${i}`, [d, x], {});
    });
  },
  select({ tape, node, dy, wants }) {
    const [test, a, b] = node.inputs as [Node, Node, Node];
    const { apply, mul } = formulas(tape, node.name);
    const second = apply('not', test);
    const taken = (x: Node, mask: Node) => tape.add('sum_to', `${node.name} d`, [mul(dy, mask), x], {});
    return [null, wants(1) ? taken(a, apply('not', second)) : null, wants(2) ? taken(b, second) : null];
  },
  reduce(b) {
    const x = b.node.inputs[0] as Node;
    const d = reduced(b, x);
    const { op } = b.attrs;
    if (op !== 'sum' && op !== 'mean' && op !== 'log_sum') return [d];
    return [b.tape.add('spread', `${b.node.name} dx`, [d, x], { mean: op === 'mean' })];
  },
  // Channels and labels are whole numbers.
  argmax: flat,
  one_hot: flat,
};
