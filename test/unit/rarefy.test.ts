import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { exampleText } from '../../src/cli/example_text.js';
import { toNumber } from '../../src/coords.js';
import { ShapeError, UnsupportedError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { coarseScores } from '../../src/graph/dense/coarse.js';
import { workedExample } from '../../src/graph/dense/example.js';
import { onImage } from '../../src/graph/dense/mask.js';
import { rarefy } from '../../src/graph/dense/rarefy.js';
import { shiftAndStitch } from '../../src/graph/dense/shift_and_stitch.js';
import { subsampling } from '../../src/graph/dense/subsampling.js';
import type { Node } from '../../src/graph/node.js';
import { parameters } from '../../src/graph/parameters.js';
import { plan } from '../../src/graph/plan.js';
import { NETS } from '../../src/nets/index.js';
import { pair, type Shape } from '../../src/shape.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { randomChain } from '../random_chain.js';
import { runGraph } from '../reference/graph.js';
import { type PlanarMap, runShifts } from '../reference/shift_and_stitch.js';

/** float64 sums in another order. */
const ROUNDING = 1e-12;
const CHAINS = 60;
/** Those of the ordinary run. */
const SHORT = 20;
/** Least share of the cells that see no padding, where shifted images are compared. */
const SHARE = 1 / 4;

const image = (c: number, h: number, w: number) => ({
  shape: { n: 1, c, h, w },
  data: random(c * h * w, h + w),
});

/** The map of a graph's only output. */
function scores(graph: Graph, input: ReturnType<typeof image>): PlanarMap {
  const [node] = graph.outputs.values();
  return runGraph(graph, seededWeights(graph, 1), { data: input }).get(node!.name)!;
}

/** Largest difference over cells where `where` is 1; over all without it. */
function difference(a: PlanarMap, b: PlanarMap, where?: Uint8Array): number {
  expect(a.shape).to.deep.equal(b.shape);
  const area = a.shape.h * a.shape.w;
  let worst = 0;
  for (const [i, value] of a.data.entries()) {
    if (where && where[i % area] === 0) continue;
    const apart = Math.abs(value - b.data[i]!);
    worst = apart >= 0 ? Math.max(worst, apart) : Number.POSITIVE_INFINITY;
  }
  return worst;
}

/** Every `factor`-th row and column. */
function sampled({ shape, data }: PlanarMap, [fy, fx]: readonly [number, number]): PlanarMap {
  const small: Shape = { ...shape, h: Math.ceil(shape.h / fy), w: Math.ceil(shape.w / fx) };
  const at = (i: number) => {
    const [plane, y, x] = [
      Math.floor(i / (small.h * small.w)),
      Math.floor(i / small.w) % small.h,
      i % small.w,
    ];
    return data[(plane * shape.h + y * fy) * shape.w + x * fx]!;
  };
  return {
    shape: small,
    data: Float64Array.from({ length: small.n * small.c * small.h * small.w }, (_, i) => at(i)),
  };
}

describe('rarefaction, without a GPU', () => {
  for (let seed = 1; seed <= CHAINS; seed++)
    it(`chain ${seed}: samples of the dense map are the coarse map, and shifts stitched are the dense map${seed > SHORT ? ' (long)' : ''}`, () => {
      const coarse = randomChain(seed);
      const weights = seededWeights(coarse, 1);
      const { factor } = subsampling(coarse);
      const [fieldY, fieldX] = coarse.node('score').coords!.map(({ field }) => toNumber(field));
      const input = image(
        2,
        Math.ceil(2.5 * fieldY!) + 9 + (seed % 7),
        Math.ceil(2.5 * fieldX!) + 9 + (seed % 5),
      );
      const dense = rarefy(coarse);
      const wanted = scores(dense, input);
      expect(difference(sampled(wanted, factor), scores(coarse, input))).to.be.at.most(ROUNDING);

      const phases = runShifts(shiftAndStitch(coarse, factor), weights, { data: input }).get('scores')!;
      expect(difference(phases, wanted)).to.be.at.most(ROUNDING);

      const images = runShifts(shiftAndStitch(coarse, factor, 'images'), weights, { data: input });
      const { h, w } = wanted.shape;
      const mask = onImage(dense.node('score'), [h, w], [input.shape.h, input.shape.w]);
      expect(mask.filter((cell) => cell === 1).length / mask.length).to.be.at.least(SHARE);
      expect(difference(images.get('scores')!, wanted, mask)).to.be.at.most(ROUNDING);
    });

  it('the chains have many strides, and pools that round up', () => {
    const strides = new Set<string>();
    let up = 0;
    for (let seed = 1; seed <= CHAINS; seed++) {
      const coarse = randomChain(seed);
      strides.add(subsampling(coarse).factor.join(' x '));
      up += coarse.nodes.filter(({ attrs }) => 'ceil' in attrs && attrs.ceil).length;
    }
    expect(strides.size).to.be.above(10);
    expect(up).to.be.above(CHAINS / 4);
  });

  it('a part of the stride, or named layers: the coarse map is among the cells', () => {
    const coarse = coarseScores(NETS['fcn-small-32s']!({ width: 1 / 64, classes: 2 }));
    const input = image(3, 41, 37);
    const wanted = scores(coarse, input);
    for (const o of [
      { factor: 2 },
      { factor: [4, 1] as const },
      { layers: ['pool5'] },
      { layers: ['pool1', 'pool4'] },
    ]) {
      const { factor, stride } = subsampling(coarse, o);
      const dense = rarefy(coarse, o);
      expect(difference(sampled(scores(dense, input), factor), wanted)).to.be.at.most(ROUNDING);
      const [y, x] = dense.outputs.get('scores')!.coords!;
      expect([toNumber(y.scale), toNumber(x.scale)]).to.deep.equal(stride);
    }
  });

  it('half of a stride of 4 can go', () => {
    const coarse = coarseScores(NETS.caffenet!({ width: 1 / 96, classes: 2 }));
    expect(subsampling(coarse, { factor: 16 }).stride).to.deep.equal([2, 2]);
    const input = image(3, 227, 231);
    const dense = scores(rarefy(coarse, { factor: 16 }), input);
    expect(difference(sampled(dense, [16, 16]), scores(coarse, input))).to.be.at.most(ROUNDING);
  });

  for (const [name, build] of Object.entries(NETS))
    it(`${name}: the dense map begins where the coarse one does, with the same weights and field`, () => {
      const coarse = coarseScores(build({ width: 1 / 16, classes: 21 }));
      const dense = rarefy(coarse);
      const { factor } = subsampling(coarse);
      const tensors = (g: Graph) => parameters(g).map(({ name: tensor, dims }) => [tensor, dims]);
      expect(tensors(dense)).to.deep.equal(tensors(coarse));
      const size = Object.fromEntries(
        coarse.inputs.map(({ name: input, channels }) => [input, { n: 1, c: channels, h: 321, w: 353 }]),
      );
      const [small, large] = [coarse, dense].map((g) => plan(g, size).outputs.get('scores')!.shape);
      expect([small!.h, small!.w]).to.deep.equal([
        Math.ceil(large!.h / factor[0]),
        Math.ceil(large!.w / factor[1]),
      ]);
      const [a, b] = [coarse, dense].map((g) => g.outputs.get('scores')!.coords!);
      for (const i of [0, 1] as const) {
        expect(b![i].shift).to.deep.equal(a![i].shift);
        expect(b![i].field).to.deep.equal(a![i].field);
        expect(toNumber(b![i].scale)).to.equal(toNumber(a![i].scale) / pair(factor)[i]);
      }
      const { flops } = plan(dense, size);
      const stitched = shiftAndStitch(coarse, factor).plan(size);
      expect(stitched.flops).to.equal(flops);
    });

  it('refuses what it cannot rarefy, and names the layer', () => {
    const half = { kernel: 2, stride: 2 };
    const refused: readonly [RegExp, (g: Graph, x: Node) => Node][] = [
      [/^up: .*upsample/, (g, x) => g.upsample('up', g.maxPool('pool', x, half), half)],
      [/^mean: .*global_avg_pool/, (g, x) => g.globalAvgPool('mean', x)],
      [/^both: meets maps that/, (g, x) => g.concat('both', [g.maxPool('pool', x, half), x])],
      [
        /^both: meets maps that do not lie alike/,
        (g, x) =>
          g.concat('both', [g.maxPool('pool', x, half), g.conv('conv', x, { out: 4, stride: 2, kernel: 3 })]),
      ],
    ];
    for (const [message, build] of refused) {
      const g = new Graph('net');
      g.output(build(g, g.input('data', 4)));
      expect(() => rarefy(g)).to.throw(UnsupportedError, message);
    }
    const g = new Graph('net');
    g.output(g.maxPool('pool', g.input('data', 1), half));
    expect(() => rarefy(g, { factor: 3 })).to.throw(
      ShapeError,
      'factor 3 x 3, should divide the stride 2 x 2',
    );
    expect(() => rarefy(g, { layers: ['data'] })).to.throw(ShapeError, 'data: a layer without a stride');
    expect(() => rarefy(g, { layers: ['pool6'] })).to.throw(ShapeError, "no layer 'pool6'");
  });

  it('keeps a stride behind one that goes only where images are shifted', () => {
    const g = new Graph('net');
    const a = g.maxPool('a', g.input('data', 1), { kernel: 2, stride: 2 });
    g.output(g.maxPool('b', g.maxPool('c', a, { kernel: 3, stride: 3 }), { kernel: 2, stride: 2 }));
    expect(subsampling(g, { factor: 4 }).stride).to.deep.equal([3, 3]);
    expect(() => shiftAndStitch(g, 4)).to.throw(UnsupportedError, /^c: stride 3 x 3 behind phases/);
    const input = image(1, 29, 31);
    const wanted = scores(rarefy(g, { factor: 4 }), input);
    const made = runShifts(shiftAndStitch(g, 4, 'images'), new Map(), { data: input }).get('b')!;
    expect(difference(made, wanted)).to.be.at.most(ROUNDING);
  });

  it('shifts stand for the strides of named layers, as rarefaction removes them', () => {
    const g = new Graph('net');
    const conv1 = g.conv('conv1', g.input('data', 2), { out: 3, kernel: 3, pad: 1, relu: true });
    const a = g.maxPool('a', conv1, { kernel: 2, stride: 2, ceil: true });
    const conv2 = g.conv('conv2', a, { out: 3, kernel: 3, pad: 1 });
    const shuffled = g.add('take', 'shuffled', [conv2], { axis: 'c', indices: [2, 0, 1] });
    const b = g.maxPool('b', shuffled, { kernel: 3, stride: 3, ceil: true });
    g.output(g.conv('scores', b, { out: 2, kernel: 1 }));
    const weights = seededWeights(g, 1);
    const input = image(2, 53, 47);
    for (const layers of [['a'], ['b'], ['a', 'b']]) {
      const dense = rarefy(g, { layers });
      const wanted = scores(dense, input);
      const made = (form: 'phases' | 'images') =>
        runShifts(shiftAndStitch(g, { layers }, form), weights, { data: input }).get('scores')!;
      const { h, w } = wanted.shape;
      const mask = onImage(dense.node('scores'), [h, w], [input.shape.h, input.shape.w]);
      expect(mask.filter((cell) => cell === 1).length / mask.length).to.be.at.least(SHARE);
      expect(difference(made('images'), wanted, mask), layers.join()).to.be.at.most(ROUNDING);
      if (layers.includes('b'))
        expect(difference(made('phases'), wanted), layers.join()).to.be.at.most(ROUNDING);
      else expect(() => made('phases')).to.throw(UnsupportedError, /^b: stride 3 x 3 behind phases/);
    }
  });

  for (const [mode, wanted] of [
    [
      'floor',
      [
        [7, 8, 9, 10],
        [12, 13, 14, 15],
        [17, 18, 19, 20],
        [22, 23, 24, 25],
      ],
    ],
    [
      'ceil',
      [
        [7, 8, 9, 10, 10],
        [12, 13, 14, 15, 15],
        [17, 18, 19, 20, 20],
        [22, 23, 24, 25, 25],
        [22, 23, 24, 25, 25],
      ],
    ],
  ] as const)
    it(`the worked example, with pools of ${mode}`, () => {
      const ceil = mode === 'ceil';
      const { map, stitched, dense } = workedExample(ceil);
      expect(stitched).to.deep.equal(wanted);
      expect(dense).to.deep.equal(wanted);
      const g = new Graph('example');
      g.output(g.maxPool('pool', g.input('data', 1), { kernel: 2, stride: 2, ceil }), 'scores');
      const input = { shape: { n: 1, c: 1, h: 5, w: 5 }, data: Float32Array.from(map.flat()) };
      expect([...scores(rarefy(g), input).data]).to.deep.equal(wanted.flat());
      for (const form of ['phases', 'images'] as const) {
        const made = runShifts(shiftAndStitch(g, 2, form), new Map(), { data: input }).get('scores')!;
        const edge = form === 'images' && ceil ? 4 : 5;
        const inner = (rows: readonly (readonly number[])[]) =>
          rows.slice(0, edge).map((row) => row.slice(0, edge));
        const size = wanted.length;
        const rows = Array.from({ length: size }, (_, y) => [...made.data.slice(y * size, (y + 1) * size)]);
        expect(inner(rows)).to.deep.equal(inner(wanted));
      }
    });

  it('the worked example in the documents is what the command prints', () => {
    const document = readFileSync(new URL('../../src/graph/dense/README.md', import.meta.url), 'utf8');
    for (const [ceil, rounding] of [
      [false, 'down'],
      [true, 'up'],
    ] as const)
      expect(document).to.contain(exampleText(workedExample(ceil), rounding));
  });
});
