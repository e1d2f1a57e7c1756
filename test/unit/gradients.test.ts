import { expect } from 'chai';
import { UnsupportedError } from '../../src/errors.js';
import { backward } from '../../src/graph/backward.js';
import { Graph } from '../../src/graph/builder.js';
import { GRADIENTS, WITHOUT_GRADIENT } from '../../src/graph/gradients.js';
import { KINDS } from '../../src/graph/kinds.js';
import type { Node } from '../../src/graph/node.js';
import { trainable } from '../../src/graph/trainable.js';
import type { Activation, PlainFunction } from '../../src/ops/activation.js';
import type { BinaryOp } from '../../src/ops/binary.js';
import { cases } from '../cases/index.js';
import { layerCases } from '../cases/layers.js';

/** Operators of cases without the check of a gradient. */
const UNCHECKED: Readonly<Record<string, string>> = {
  argmax: 'labels of pixels are whole numbers; as a map of a graph it is checked by argmax_map',
  conv_transpose2d_bilinear_argmax: 'it makes whole numbers',
  confusion: 'counts',
  image_from_rgba: 'reads bytes',
  image_from_texture: 'reads a texture',
  overlay: 'writes bytes',
  stitch: 'no layer of a graph: it moves maps between runs of a net',
  winner_place: 'places are whole numbers',
};

/** The gradient of the sum of a layer by what it reads first; null where there is none. */
function derivative(add: (g: Graph, xs: readonly Node[]) => Node, inputs = 1): Node | null {
  const g = new Graph('g');
  const xs = Array.from({ length: inputs }, (_, i) => g.input(`x${i}`, 4, [4, 4], 1));
  const y = add(g, xs);
  const dy = g.input('dy', y.channels, y.size, 1);
  return backward(g, new Map([[y, dy]]), new Set(xs)).get(xs[0]!) ?? null;
}

describe('gradients', () => {
  it('are known of every kind of layer, or there is a reason why not', () => {
    const [rules, reasons] = [Object.keys(GRADIENTS), Object.keys(WITHOUT_GRADIENT)];
    expect([...rules, ...reasons].toSorted()).to.deep.equal(Object.keys(KINDS).toSorted());
    for (const [kind, reason] of Object.entries(WITHOUT_GRADIENT)) expect(reason, kind).to.match(/\w+ \w+/);
    expect(
      Object.keys(WITHOUT_GRADIENT).filter((kind) => !/_gradient$|^batch_norm_product$/.test(kind)),
    ).to.deep.equal([
      'input',
      'constant',
      'conv2d',
      'conv_transpose2d',
      'inner_product',
      'prelu',
      'scale',
      'batch_norm',
      'variance',
      'softmax_loss',
      'conv2d_like',
      'sum_to',
      'spread',
    ]);
  });

  it('go back through layers with weights of their own, which become maps', () => {
    const g = new Graph('weights');
    let x = g.conv('conv', g.input('data', 3, [8, 8], 1), { out: 4, kernel: 3, pad: 1 });
    x = g.convTranspose('up', x, { out: 4, kernel: 4, stride: 2, pad: 1 });
    x = g.prelu('prelu', g.scale('scale', g.batchNorm('norm', x)));
    g.output(g.innerProduct('fc', x, { out: 2 }), 'fc');
    for (const frozenNorms of [false, true]) {
      const { graph, given } = trainable(g, { learns: () => true, frozenNorms });
      const seed = graph.input('dy', 2, [1, 1], 1);
      const learned = [...given].filter(([, { learns }]) => learns).map(([name]) => graph.node(name));
      const found = backward(graph, new Map([[graph.node('fc'), seed]]), new Set(learned));
      expect([...found.keys()]).to.have.members(learned);
      expect(learned).to.have.length(11);
    }
  });

  it('are checked in every case of an operator that has them', () => {
    const unchecked = [...cases, ...layerCases].filter((c) => !c.gradient).map((c) => c.op);
    expect([...new Set(unchecked)].toSorted()).to.deep.equal(Object.keys(UNCHECKED).toSorted());
    for (const c of cases) if (c.op in UNCHECKED) expect(c.gradient, c.name).to.equal(undefined);
  });

  it('are 0 of functions of steps, and of no others', () => {
    const functions: readonly PlainFunction[] = ['floor', 'ceil', 'round', 'trunc', 'sign', 'not'];
    const smooth: readonly PlainFunction[] = ['tanh', 'exp', 'abs', 'softsign', 'hard_swish', 'mish'];
    const of = (kind: PlainFunction) =>
      derivative((g, [x]) => g.add('activation', 'y', [x!], { kind } as Activation));
    for (const kind of functions) expect(of(kind), kind).to.equal(null);
    for (const kind of smooth) expect(of(kind), kind).to.not.equal(null);
    const steps: readonly BinaryOp[] = ['equal', 'less', 'greater_or_equal', 'and', 'or', 'xor'];
    const between = (op: BinaryOp) => derivative((g, xs) => g.add('binary', 'y', xs, { op }), 2);
    for (const op of steps) expect(between(op), op).to.equal(null);
    for (const op of ['pow', 'mod', 'prelu', 'max'] as const) expect(between(op), op).to.not.equal(null);
    const pool = { kernel: 2, stride: 2 };
    expect(derivative((g, xs) => g.add('argmax', 'y', xs, {}))).to.equal(null);
    expect(derivative((g, xs) => g.add('max_pool_index', 'y', xs, pool))).to.equal(null);
  });

  it('are refused with the layer, what it is and why', () => {
    const windows = () =>
      derivative((g, xs) =>
        g.add('rearrange', 'windows', xs, {
          digits: [
            { size: 15, stride: 4 },
            { size: 8, stride: 1 },
          ],
          offset: 0,
          from: { n: null, c: 4, h: 4, w: 4 },
          to: { n: null, c: 15, h: 8, w: 1 },
        }),
      );
    expect(windows).to.throw(UnsupportedError, /^windows: .* steps of 4 over 8$/);
    const packed = () => derivative((g, [x]) => g.conv('conv', x!, { out: 2, kernel: 1 }));
    expect(packed).to.throw(UnsupportedError, /^conv: a layer of kind conv2d has no gradient: `trainable`/);
    const free = () => {
      const g = new Graph('free');
      const x = g.input('x', 4);
      const y = g.add('concat', 'rows', [x, x], { axis: 'h' });
      backward(g, new Map([[y, g.input('dy', 4)]]), new Set([x]));
    };
    expect(free).to.throw(UnsupportedError, /^rows: .* size should be fixed/);
  });
});
