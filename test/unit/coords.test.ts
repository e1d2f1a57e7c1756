import { expect } from 'chai';
import { type AxisMap, type AxisWindow, IDENTITY, toNumber, windowed } from '../../src/coords.js';
import { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import { poolWindow } from '../../src/lower/pool.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { conv2dWindow } from '../../src/ops/conv2d.js';
import { type Padding, padding, pair, type Window } from '../../src/shape.js';
import { dice, randomChain } from '../random_chain.js';

/** First and last pixel. */
type Span = readonly [first: number, last: number];

const hull = (spans: readonly Span[]): Span => [
  Math.min(...spans.map(([first]) => first)),
  Math.max(...spans.map(([, last]) => last)),
];

/** Cells of its input that a cell of a layer reads along an axis, one by one: the definition of each kind. */
function reads(node: Node, axis: 0 | 1, cell: number): number[] {
  const slide = ({ kernel, stride, dilation, pad }: Window) =>
    Array.from({ length: kernel[axis] }, (_, u) => cell * stride[axis] - pad[axis] + u * dilation[axis]);
  switch (node.kind) {
    case 'conv2d': {
      const { filter, options } = (node as Node<'conv2d'>).attrs;
      return slide(conv2dWindow(filter, options));
    }
    case 'max_pool':
    case 'avg_pool':
      return slide(poolWindow((node as Node<'max_pool'>).attrs));
    case 'upsample': {
      const { kernel, stride = 1, pad = 0 } = (node as Node<'upsample'>).attrs.options;
      const [k, s, p] = [pair(kernel)[axis], pair(stride)[axis], (padding(pad) as Padding)[axis]];
      const candidates = Array.from({ length: k + 1 }, (_, i) => Math.floor((cell + p) / s) - i);
      return candidates.filter((x) => x * s - p <= cell && cell < x * s - p + k);
    }
    case 'crop':
      return [cell + (node as Node<'crop'>).attrs.offset[axis]];
    default:
      return [cell];
  }
}

/** Pixels that a cell sees along an axis, found by walking back through every path of an image without edges. */
function sees(node: Node, axis: 0 | 1, cell: number, known = new Map<string, Span>()): Span {
  if (node.kind === 'input') return [cell, cell];
  const key = `${node.name} ${cell}`;
  const found = known.get(key);
  if (found) return found;
  const inputs = node.kind === 'crop' ? node.inputs.slice(0, 1) : node.inputs;
  const span = hull(inputs.flatMap((x) => reads(node, axis, cell).map((at) => sees(x, axis, at, known))));
  known.set(key, span);
  return span;
}

const numbers = ({ scale, shift, field }: AxisMap) => ({
  scale: toNumber(scale),
  shift: toNumber(shift),
  field: toNumber(field),
});

const CHAINS = 200;

const randomWindow = (roll: (below: number) => number): AxisWindow => ({
  kernel: 1 + roll(9),
  stride: 1 + roll(4),
  dilation: 1,
  pad: roll(5),
});

/** The one window that f behind g amounts to: section 3.1 of the paper, with padding. */
const composed = (f: AxisWindow, g: AxisWindow): AxisWindow => ({
  kernel: g.kernel + (f.kernel - 1) * g.stride,
  stride: f.stride * g.stride,
  dilation: 1,
  pad: g.pad + f.pad * g.stride,
});

describe('places over the image', () => {
  it('of random chains are what brute force finds that each cell sees', () => {
    let layers = 0;
    for (let seed = 1; seed <= CHAINS; seed++)
      for (const node of randomChain(seed).nodes)
        for (const axis of [0, 1] as const) {
          const { scale, shift, field } = numbers(node.coords![axis]);
          for (const cell of [0, 1, 7]) {
            const [first, last] = sees(node, axis, cell);
            expect(
              { field: last - first + 1, centre: (first + last) / 2 },
              `chain ${seed}, ${node.name}`,
            ).to.deep.equal({ field, centre: scale * cell + shift });
          }
          layers++;
        }
    expect(layers).to.be.above(2 * 5 * CHAINS);
  });

  it('compose: f of k, s behind g of k2, s2 is one window of k2 + (k - 1) s2, s s2', () => {
    const roll = dice(3);
    for (let i = 0; i < CHAINS; i++) {
      const [g, f] = [randomWindow(roll), randomWindow(roll)];
      expect(windowed(windowed(IDENTITY, g), f)).to.deep.equal(windowed(IDENTITY, composed(f, g)));
    }
  });

  it('compose in any grouping along a chain', () => {
    const roll = dice(4);
    for (let i = 0; i < CHAINS; i++) {
      const chain = Array.from({ length: 2 + roll(6) }, () => randomWindow(roll));
      const oneByOne = chain.reduce(windowed, IDENTITY);
      expect(
        windowed(
          IDENTITY,
          chain.reduce((g, f) => composed(f, g)),
        ),
      ).to.deep.equal(oneByOne);
      expect(windowed(IDENTITY, chain.reduceRight(composed))).to.deep.equal(oneByOne);
    }
  });

  it('behind an upsampling hold all that a cell sees, and no more at one layer', () => {
    for (const [kernel, stride] of [
      [64, 32],
      [63, 32],
      [4, 2],
      [16, 8],
      [5, 3],
    ] as const) {
      const g = new Graph('up');
      const pool = g.maxPool('pool', g.input('data', 1), { kernel: 3, stride });
      const up = g.upsample('up', pool, { kernel, stride });
      const { scale, shift, field } = numbers(up.coords![0]);
      const reach = Array.from({ length: 2 * stride }, (_, cell) => {
        const [first, last] = sees(up, 0, cell);
        const centre = scale * cell + shift;
        return Math.max(centre - first, last - centre);
      });
      expect(Math.max(...reach), `${kernel} by ${stride}`).to.equal((field - 1) / 2);
    }
    const score = fcn8s().node('score');
    const { scale, shift, field } = numbers(score.coords![0]);
    expect([scale, shift]).to.deep.equal([1, 0]);
    const known = new Map<string, Span>();
    for (let cell = 0; cell < 64; cell++) {
      const [first, last] = sees(score, 0, cell, known);
      expect(Math.max(cell - first, last - cell), `${cell}`).to.be.at.most((field - 1) / 2);
    }
  });
});
