import { expect } from 'chai';
import { LimitError, ShapeError, UnsupportedError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { plan } from '../../src/graph/plan.js';
import { cuts } from '../../src/graph/tiles/cuts.js';
import { inside, lattice } from '../../src/graph/tiles/lattice.js';
import { planTiles, type TilePlan } from '../../src/graph/tiles/plan_tiles.js';
import { Windows } from '../../src/graph/tiles/windows.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { NETS } from '../../src/nets/index.js';
import type { Pair } from '../../src/shape.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { relativeError } from '../gpu/compare.js';
import { random } from '../random.js';
import { randomChain } from '../random_chain.js';
import { runGraph } from '../reference/graph.js';
import { runInTiles } from '../reference/tiles.js';

const CHAINS = 24;
const MiB = 2 ** 20;
const HOW = { memory: 'low', elem: 'f32' } as const;

const LARGE = { ...DEFAULT_LIMITS, bindingBytes: 2 ** 31, bufferBytes: 2 ** 31 };

const image = (c: number, h: number, w: number, seed = h + w) => ({
  shape: { n: 1, c, h, w },
  data: random(c * h * w, seed),
});

/** Branches of every layer that looks at neighbours, and that sums them: each cell depends on all that it reads. */
function branches(seed: number, dilation = 1): Graph {
  const g = new Graph(`branches ${seed}`);
  const odd = seed % 2;
  const x = g.input('data', 2);
  const conv = g.conv('conv', x, { out: 3, kernel: 2 + (seed % 3), stride: 1 + odd, dilation: 2, pad: odd });
  const pool = g.avgPool('pool', conv, { kernel: 2 + odd, stride: 2, pad: odd, ceil: true });
  const padded = g.add('pad', 'padded', [pool], {
    before: [0, 0, 2, seed % 3],
    after: [0, 0, 1, 1],
    mode: 'constant',
    value: 1,
  });
  const score = g.conv('score', padded, { out: 2, kernel: 3, pad: 1 });
  g.output(g.convTranspose('up', score, { out: 2, kernel: 5, stride: 3, dilation, pad: seed % 3 }));
  g.output(g.upsample('spread', score, { kernel: 4 - odd, stride: 2, pad: odd }));
  const mode = odd ? 'bilinear' : 'bicubic';
  const wide = g.resize('wide', score, { mode, coordinates: 'half_pixel', scale: [2, 1.5] });
  const like = g.conv('like', wide, { out: 1, kernel: 4 });
  g.output(g.crop('cropped', wide, like, [seed % 4, 1]));
  const small = g.resize('small', wide, { mode: 'bilinear', antialias: true, scale: 1 / 2 });
  g.output(g.conv('last', small, { out: 1, kernel: 2 }));
  return g;
}

/** A net whose scores get the size of its image, as those of torchvision do. */
function resizedBack(): Graph {
  const g = new Graph('resized back');
  const x = g.input('data', 2);
  const conv = g.conv('conv', x, { out: 3, kernel: 3, stride: 2, pad: 1 });
  const pool = g.maxPool('pool', conv, { kernel: 3, stride: 2, pad: 1 });
  g.output(g.resizeTo('out', pool, x, { mode: 'bilinear', coordinates: 'pytorch_half_pixel' }));
  return g;
}

const shapesOf = (graph: Graph, [h, w]: Pair) =>
  Object.fromEntries(graph.inputs.map((x) => [x.name, { n: 1, c: x.channels, h, w }]));

/** Cuts each axis into the most windows of at most `most`. */
function manyTiles(graph: Graph, size: Pair, most: number): TilePlan {
  const shapes = shapesOf(graph, size);
  const windows = new Windows(graph, shapes);
  const least = ([0, 1] as const).map((axis) => {
    const all = cuts(windows, { axis, ...HOW }).filter(({ origins }) => origins.length <= most);
    return all.at(-1)!.window;
  });
  return planTiles(graph, shapes, { ...HOW, window: [least[0]!, least[1]!] });
}

/** Checks that the parts of all tiles are the whole outputs, each cell once, and lie in their windows' maps. */
function checkParts(made: TilePlan, size: Pair): void {
  for (const [name, { h, w }] of Object.entries(made.outputs)) {
    const given = new Uint8Array(h * w);
    const { shape } = made.plan.outputs.get(name)!;
    for (const { outputs } of made.tiles) {
      const { whole, window } = outputs[name]!;
      expect([window.h, window.w]).to.deep.equal([whole.h, whole.w]);
      expect(Math.min(window.top, window.left)).to.be.at.least(0);
      expect(window.top + window.h).to.be.at.most(shape.h);
      expect(window.left + window.w).to.be.at.most(shape.w);
      for (let y = whole.top; y < whole.top + whole.h; y++)
        for (let x = whole.left; x < whole.left + whole.w; x++) given[y * w + x]!++;
    }
    expect(given.every((times) => times === 1)).to.equal(true);
  }
  for (const { window } of made.tiles) {
    expect([window.top % made.align[0], window.left % made.align[1]]).to.deep.equal([0, 0]);
    expect([window.h, window.w]).to.deep.equal(made.window);
    expect(window.top + window.h).to.be.at.most(size[0]);
    expect(window.left + window.w).to.be.at.most(size[1]);
  }
}

describe('exact tiling, without a GPU', () => {
  it('of random chains gives the whole map in float64, bit for bit', () => {
    let most = 0;
    for (let seed = 1; seed <= CHAINS; seed++) {
      const graph = randomChain(seed);
      const weights = seededWeights(graph, 1);
      const size: Pair = [83 + (seed % 11), 91 + (seed % 13)];
      const made = manyTiles(graph, size, 4);
      checkParts(made, size);
      const data = image(2, ...size);
      const wanted = runGraph(graph, weights, { data }).get('score')!;
      const found = runInTiles(graph, weights, { data }, made).get('scores')!;
      expect(found.data, graph.name).to.deep.equal(wanted.data);
      most = Math.max(most, made.tiles.length);
    }
    expect(most).to.equal(16);
  });

  for (let seed = 0; seed < 6; seed++)
    it(`of branches that are upsampled, cropped, padded and resized, ${seed}`, () => {
      const graph = branches(seed, 1 + (seed % 2));
      const weights = seededWeights(graph, 1);
      const size: Pair = [101 + seed, 97 - seed];
      const made = manyTiles(graph, size, 4);
      expect(made.tiles.length).to.be.above(3);
      checkParts(made, size);
      const data = image(2, ...size);
      const wanted = runGraph(graph, weights, { data });
      const found = runInTiles(graph, weights, { data }, made);
      // The twin of resize computes coordinates in float64, not in whole numbers as tables are made.
      for (const [name, { data: values }] of found)
        expect(relativeError(values, wanted.get(name)!.data), name).to.be.at.most(1e-12);
    });

  for (let seed = 0; seed < 6; seed++)
    it(`knows exactly which cells see nothing but a window, ${seed}`, () => {
      const graph = branches(seed);
      const weights = seededWeights(graph, 1);
      const size: Pair = [109, 41];
      const [h, w] = size;
      const windows = new Windows(graph, shapesOf(graph, size));
      const over = lattice(windows.graph, windows.whole, { axis: 0, ...HOW });
      const cutMost = cuts(windows, { axis: 0, ...HOW }).at(-1)!;
      const ranges = inside(over, windows.shapes([cutMost.window, w]));
      const top = cutMost.origins[1]!;
      // Other pixels above and below the window, one time each: every cell that sees one of them changes.
      const data = image(2, h, w);
      const other = image(2, h, w, 1);
      const outside = (i: number, above: boolean) => {
        const y = Math.floor(i / w) % h;
        return above ? y < top : y >= top + cutMost.window;
      };
      const wanted = runGraph(graph, weights, { data });
      const moved = [true, false].map((above) => {
        const values = data.data.map((v, i) => (outside(i, above) ? other.data[i]! : v));
        return runGraph(graph, weights, { data: { ...data, data: values } });
      });
      for (const name of graph.outputs.keys()) {
        const { shape, data: values } = wanted.get(name)!;
        const { step } = over.cells.get(windows.graph.node(name))!;
        const first = (top * step!.den) / step!.num;
        const [from, to] = ranges.get(windows.graph.node(name))!;
        const changes = (y: number) =>
          moved.some((maps) =>
            values.some((v, i) => Math.floor(i / shape.w) % shape.h === y && maps.get(name)!.data[i] !== v),
          );
        for (let y = first + from; y < first + to; y++) expect(changes(y), `${name} ${y}`).to.equal(false);
        expect(changes(first + from - 1), name).to.equal(true);
        expect(changes(first + to), name).to.equal(true);
      }
    });

  it('resizes to the size of the image where that is a whole multiple of the cells', () => {
    const graph = resizedBack();
    const weights = seededWeights(graph, 1);
    const size: Pair = [92, 84];
    const made = manyTiles(graph, size, 5);
    expect(made.tiles.length).to.equal(25);
    const data = image(2, ...size);
    const wanted = runGraph(graph, weights, { data }).get('out')!;
    expect(runInTiles(graph, weights, { data }, made).get('out')!.data).to.deep.equal(wanted.data);
    expect(() => planTiles(graph, shapesOf(graph, [93, 84]), { window: 60 })).to.throw(
      UnsupportedError,
      /^out: cannot run in tiles: .*pixels between cells of data/,
    );
  });

  it('begins every window where Winograd tiles of the whole begin, in every layer', () => {
    const graph = NETS['fcn-small-8s']!();
    const size: Pair = [1501, 1703];
    const windows = new Windows(graph, shapesOf(graph, size));
    for (const axis of [0, 1] as const) {
      const over = lattice(windows.graph, windows.whole, { axis, memory: 'fast', elem: 'f32' });
      // A Winograd tile of fc6 is four cells of 32 pixels.
      expect(over.align).to.equal(128);
      for (const name of ['conv2_2', 'conv3_1', 'conv4_3', 'conv5_3', 'fc6']) {
        const { step, reach } = over.cells.get(windows.graph.node(name))!;
        expect(reach!.group).to.equal(4);
        expect((over.align * step!.den) / step!.num / 4).to.satisfy(Number.isSafeInteger);
        expect([4, 5, 6, 7].map((cell) => reach!.reads(cell))).to.deep.equal(Array(4).fill([3, 9]));
      }
    }
    // Without Winograd cells need less beside them, and windows may begin at every multiple of the stride.
    const direct = planTiles(graph, shapesOf(graph, size), { window: 1200, memory: 'low' });
    const winograd = planTiles(graph, shapesOf(graph, size), { window: 1200 });
    expect(direct.align).to.deep.equal([32, 32]);
    expect(direct.overlap[0]).to.be.below(winograd.overlap[0] - 300);
    for (const made of [direct, winograd]) checkParts(made, size);
  });

  it('4,096 x 4,096 pixels with the small trunk fit into 512 MiB', () => {
    for (const name of ['fcn-small-8s', 'fcn-small-16s', 'fcn-small-32s']) {
      const graph = NETS[name]!();
      const size: Pair = [4096, 4096];
      const made = planTiles(graph, shapesOf(graph, size), { maxBytes: 512 * MiB });
      checkParts(made, size);
      expect(made.bytes.peak).to.be.within(400 * MiB, 512 * MiB);
      expect(made.plan.bytes.peak).to.be.below(made.bytes.peak);
      expect(plan(graph, shapesOf(graph, made.window)).bytes.peak).to.equal(made.plan.bytes.peak);
      expect(made.flops).to.equal(made.tiles.length * made.plan.flops);
    }
  });

  it('takes the same bytes however a run is cut for time', () => {
    const graph = NETS['fcn-small-8s']!();
    const [whole, ...cut] = [Number.POSITIVE_INFINITY, 2 ** 27, 2 ** 26, 2 ** 22].map((maxFlops) =>
      plan(graph, shapesOf(graph, [901, 1003]), { maxFlops, limits: LARGE }),
    );
    for (const { bytes, dispatches } of cut) {
      expect(bytes.maps).to.equal(whole!.bytes.maps);
      expect(dispatches).to.be.above(whole!.dispatches);
    }
  });

  it('every net of the family without inner products has tiles (long)', () => {
    for (const [name, build] of Object.entries(NETS)) {
      const graph = build({ width: 1 / 16 });
      if (graph.inputs.some(({ attrs }) => attrs.size)) continue;
      const size: Pair = [2304, 2560];
      const made = planTiles(graph, shapesOf(graph, size), { window: 2048, limits: LARGE });
      expect(made.tiles.length, name).to.be.above(1);
      checkParts(made, size);
    }
  });

  it('keeps the image whole where that fits, whatever the layers are', () => {
    const g = new Graph('global');
    g.output(g.globalAvgPool('mean', g.conv('conv', g.input('data', 3), { out: 4, kernel: 3 })));
    const made = planTiles(g, { n: 2, c: 3, h: 50, w: 60 });
    expect(made.tiles).to.deep.equal([
      {
        window: { top: 0, left: 0, h: 50, w: 60 },
        outputs: {
          mean: { whole: { top: 0, left: 0, h: 1, w: 1 }, window: { top: 0, left: 0, h: 1, w: 1 } },
        },
      },
    ]);
    expect(() => planTiles(g, { n: 2, c: 3, h: 50, w: 60 }, { maxBytes: 1e6 })).to.throw(
      UnsupportedError,
      'mean: cannot run in tiles: global_avg_pool depends on the whole map or on its size',
    );
  });

  it('cuts only the axis along which no layer looks at whole lines', () => {
    const g = new Graph('rows');
    const x = g.conv('conv', g.input('data', 2), { out: 3, kernel: 3, pad: 1 });
    g.output(g.add('reduce', 'mean', [x], { op: 'mean', axes: ['w'] }));
    const made = planTiles(g, { n: 1, c: 2, h: 4000, w: 500 }, { maxBytes: 16 * MiB });
    expect(made.window[0]).to.be.below(4000);
    expect(made.window[1]).to.equal(500);
    checkParts(made, [4000, 500]);
  });

  it('takes a constant that is the same everywhere', () => {
    const g = new Graph('constant');
    const bias = g.add('constant', 'bias', [], { shape: { n: 1, c: 3, h: 1, w: 1 } });
    const x = g.conv('conv', g.input('data', 2), { out: 3, kernel: 3, pad: 1 });
    g.output(g.add('binary', 'sum', [x, bias], { op: 'add' }));
    checkParts(planTiles(g, { n: 1, c: 2, h: 300, w: 200 }, { window: 100 }), [300, 200]);
    const map = new Graph('map');
    const weights = map.add('constant', 'weights', [], { shape: { n: 1, c: 2, h: 300, w: 200 } });
    map.output(map.sum('sum', [map.input('data', 2), weights]));
    expect(() => planTiles(map, { n: 1, c: 2, h: 300, w: 200 }, { window: 100 })).to.throw(
      UnsupportedError,
      'weights: cannot run in tiles: a constant of 300 cells, should be of one',
    );
  });

  it('refuses by number what does not fit', () => {
    const graph = NETS['fcn-small-8s']!();
    const shapes = shapesOf(graph, [4096, 4096]);
    const error = (() => {
      try {
        planTiles(graph, shapes, { maxBytes: 100 * MiB });
      } catch (thrown) {
        return thrown as LimitError;
      }
      throw new Error('no error');
    })();
    expect(error).to.be.instanceOf(LimitError);
    expect(error.have).to.equal(100 * MiB);
    expect(error.needed).to.be.within(101 * MiB, 512 * MiB);
    expect(error.message).to.match(/^fcn-small-8s: a window of \d+ x \d+ pixels takes \d+ bytes/);
    expect(() => planTiles(graph, shapes, { window: 512 })).to.throw(
      ShapeError,
      /^fcn-small-8s: windows of 512 rows, should be at least \d+: they share/,
    );
    const two = new Graph('two');
    two.output(two.sum('sum', [two.input('a', 1), two.input('b', 1)]));
    const [a, b] = [
      { n: 1, c: 1, h: 8, w: 8 },
      { n: 1, c: 1, h: 9, w: 8 },
    ];
    expect(() => planTiles(two, { a, b })).to.throw(ShapeError, 'sum');
    const apart = new Graph('apart');
    const [x, y] = [apart.input('a', 1), apart.input('b', 1)];
    apart.output(x, 'x');
    apart.output(y, 'y');
    expect(() => planTiles(apart, { a, b })).to.throw(ShapeError, /^apart: inputs of several sizes/);
  });

  it('counts what the caller holds', () => {
    const graph = NETS['fcn-small-32s']!();
    const shapes = shapesOf(graph, [2048, 2048]);
    const all = planTiles(graph, shapes, { maxBytes: 512 * MiB });
    const less = planTiles(graph, shapes, { maxBytes: 512 * MiB, held: 192 * MiB });
    expect(less.bytes.peak).to.be.at.most(512 * MiB);
    expect(less.plan.bytes.peak).to.be.below(all.plan.bytes.peak);
  });

  it('cuts what no buffer holds under the default limits', () => {
    const graph = NETS['fcn-small-32s']!();
    const size: Pair = [4096, 4096];
    expect(() => plan(graph, shapesOf(graph, size))).to.throw(LimitError);
    const made = planTiles(graph, shapesOf(graph, size));
    expect(made.tiles.length).to.be.above(3);
    expect(made.plan.bytes.largestBuffer).to.be.at.most(256 * MiB);
    checkParts(made, size);
  });
});
