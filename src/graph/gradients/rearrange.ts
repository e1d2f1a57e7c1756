import { UnsupportedError } from '../../errors.js';
import type { FreeShape, RearrangeOptions } from '../../ops/rearrange.js';
import type { Node } from '../node.js';
import type { Back } from './rule.js';

type Digit = RearrangeOptions['digits'][number];

const count = (digits: readonly { readonly size: number }[]): number =>
  digits.reduce((product, { size }) => product * size, 1);

const elements = ({ n, c, h, w }: FreeShape): number => (n ?? 1) * c * h * w;

/** A map while it is laid out: of one image where images are arranged alike, else of all. */
interface Laid {
  readonly x: Node;
  readonly shape: FreeShape;
}

/**
 * The way back through a rearrangement: dy in the order of x, summed where it was repeated, with zeros where nothing
 * was read. Each is a layer of its own, where there is something to do.
 * @throws UnsupportedError where places are read twice that no digit repeats, as by windows that overlap
 */
export function rearranged({ tape, node, attrs: { digits, offset, from, to }, dy }: Back<'rearrange'>): Node {
  const name = `${node.name} dx`;
  const map = (c: number, w: number): FreeShape => ({ n: from.n === null ? null : 1, c, h: 1, w });
  const laid = (l: Laid, shape: FreeShape, order?: Pick<RearrangeOptions, 'digits' | 'offset'>): Laid => {
    if (!order && l.shape.c === shape.c && l.shape.h === shape.h && l.shape.w === shape.w) return l;
    const same = { digits: [{ size: elements(shape), stride: 1 }], offset: 0 };
    return {
      x: tape.add('rearrange', name, [l.x], { ...(order ?? same), from: l.shape, to: shape }),
      shape,
    };
  };
  const padded = ({ x, shape }: Laid, axis: 'c' | 'w', before: number, after: number): Laid => {
    const ends = (v: number) => [0, axis === 'c' ? v : 0, 0, axis === 'w' ? v : 0] as const;
    const o = { before: ends(before), after: ends(after), mode: 'constant', value: 0 } as const;
    return {
      x: tape.add('pad', name, [x], o),
      shape: { ...shape, [axis]: shape[axis] + before + after },
    };
  };

  // Each digit with its place in y: how many of y's elements pass until it counts on.
  const placed = digits.map((digit, i) => ({ ...digit, place: count(digits.slice(i + 1)) }));
  const repeats = placed.filter(({ size, stride }) => size > 1 && stride === 0);
  const kept = placed
    .filter(({ size, stride }) => size > 1 && stride !== 0)
    .sort((a, b) => Math.abs(b.stride) - Math.abs(a.stride));
  // A digit that falls is counted from its end.
  const falling = kept.filter(({ stride }) => stride < 0);
  const ends = (of: 'place' | 'stride') => falling.reduce((sum, d) => sum + (d.size - 1) * d[of], 0);
  const order = {
    digits: [
      ...kept.map(({ size, place, stride }): Digit => ({ size, stride: Math.sign(stride) * place })),
      ...repeats.map(({ size, place }): Digit => ({ size, stride: place })),
    ],
    offset: ends('place'),
  };
  const exact = kept.every(({ stride }, i) => Math.abs(stride) === count(kept.slice(i + 1)));
  if (exact && repeats.length === 0 && count(kept) === elements(from))
    return laid({ x: dy, shape: to }, from, order).x;

  let l = laid({ x: dy, shape: to }, map(count(kept), count(repeats)), order);
  if (repeats.length > 0)
    l = { x: tape.add('reduce', name, [l.x], { op: 'sum', axes: ['w'] }), shape: map(count(kept), 1) };
  // From the innermost digit: what one step of it covers is made as long as its stride.
  let [length, reach] = [1, 1];
  for (const [i, { size, stride }] of [...kept.entries()].reverse()) {
    const step = Math.abs(stride);
    if (reach > step)
      throw new UnsupportedError(
        `${node.name}: no gradient goes back to elements that are read at several places, steps of ${step} over ${reach}`,
      );
    if (length !== step) l = padded(laid(l, map(count(kept.slice(0, i + 1)), length)), 'w', 0, step - length);
    reach += (size - 1) * step;
    length = size * step;
  }
  const first = offset + ends('stride');
  const rest = elements(from) - first - length;
  if (first !== 0 || rest !== 0) l = padded(laid(l, map(length, 1)), 'c', first, rest);
  return laid(l, from).x;
}
