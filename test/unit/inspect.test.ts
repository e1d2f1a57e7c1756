import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cropsTable, layersTable } from '../../src/cli/inspect_text.js';
import { Graph } from '../../src/graph/builder.js';
import { drawNet } from '../../src/graph/inspect/figure.js';
import { figureItems } from '../../src/graph/inspect/figure_items.js';
import { layOut, middle } from '../../src/graph/inspect/figure_layout.js';
import { cropRows, filterLayers, layerRows, maxStride } from '../../src/graph/inspect/layers.js';
import { parameterCount } from '../../src/graph/parameters.js';
import { plan } from '../../src/graph/plan.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { NETS } from '../../src/nets/index.js';
import { randomChain } from '../random_chain.js';

/** Sizes of every input: its own, or the given one. */
const inputsOf = (g: Graph, h = 500, w = h) =>
  Object.fromEntries(
    g.inputs.map(({ name, channels, size }) => {
      const [height, width] = size ?? [h, w];
      return [name, { n: 1, c: channels, h: height, w: width }];
    }),
  );

describe('the layers of a net', () => {
  const rows = layerRows(fcn8s(), inputsOf(fcn8s()));
  const row = (name: string, from = rows) => from.find((each) => each.name === name)!;

  it('have the sizes in bytes that the reference implementation needs', () => {
    expect(row('conv1_1').bytes.map).to.equal(124_724_224);
    expect(row('conv1_1', layerRows(fcn8s(), inputsOf(fcn8s(), 425, 560))).bytes.map).to.equal(120_891_904);
    expect(row('fc6').bytes.weights).to.equal(411_041_792 + 4 * 4096);
  });

  it('say size, place, field, stride and parameters', () => {
    expect(row('pool4')).to.deep.include({
      kind: 'max_pool',
      inputs: ['conv4_3'],
      shape: { n: 1, c: 512, h: 44, w: 44 },
      parameters: 0,
      flops: 0,
    });
    // conv1_1 pads by 100, of which 1 is that of its window, and four pools move cells by 1/2 + 1 + 2 + 4.
    expect(row('pool4').place![0]).to.deep.equal({ scale: 16, shift: -99 + 7.5, field: 100 });
    expect(row('fc7').parameters).to.equal(4096 * 4097);
    expect(row('fc7').flops).to.equal(2 * 4096 ** 2 * 16 ** 2);
    expect(row('score').place![0]).to.include({ scale: 1, shift: 0 });
  });

  for (const [name, build] of Object.entries(NETS))
    it(`of ${name} add up to what the plan and the weights are`, () => {
      const g = build();
      const found = layerRows(g, inputsOf(g, 97, 129));
      const sum = (of: (each: (typeof found)[number]) => number) =>
        found.reduce((total, each) => total + of(each), 0);
      expect(sum(({ parameters }) => parameters)).to.equal(parameterCount(g));
      expect(sum(({ flops }) => flops)).to.equal(plan(g, inputsOf(g, 97, 129)).flops);
      expect(found.map((each) => each.name)).to.deep.equal(g.nodes.map((node) => node.name));
    });

  it('count in depth and in all', () => {
    expect(filterLayers(NETS['fcn-resnet50']!({ width: 1 / 16 }))).to.deep.equal({ depth: 51, all: 57 });
    expect(filterLayers(fcn8s())).to.deep.equal({ depth: 16, all: 18 });
    expect(maxStride(NETS['fcn-resnet50']!({ width: 1 / 16 }))).to.equal(8);
  });

  it('are printed with both axes where these differ', () => {
    const g = new Graph('wide');
    g.output(g.maxPool('pool', g.input('data', 1), { kernel: [1, 2], stride: [1, 2] }));
    expect(layersTable(layerRows(g, inputsOf(g, 5, 8)))).to.match(
      /^pool +max_pool +1 x 5 x 4 +i \/ 2i \+ 0.5 +1 \/ 2 +1 \/ 2 /m,
    );
  });
});

describe('crops', () => {
  for (const [name, offsets] of Object.entries({
    'fcn-alexnet': [18],
    fcn32s: [19],
    fcn16s: [5, 27],
    fcn8s: [5, 9, 31],
    'fcn-googlenet': [98],
  }))
    it(`of ${name}: ${offsets.join(', ')} follow from two places each`, () => {
      const rows = cropRows(NETS[name]!());
      expect(rows.map(({ offset }) => offset)).to.deep.equal(offsets.map((value) => [value, value]));
      for (const { offset, derived, from, like } of rows) {
        expect(derived).to.deep.equal(offset);
        for (const axis of [0, 1] as const) {
          const [a, b] = [from.place![axis], like.place![axis]];
          expect(a.scale).to.equal(b.scale);
          expect(a.scale * offset[axis] + a.shift).to.equal(b.shift);
        }
      }
      expect(cropsTable(rows).split('\n')).to.have.length(1 + offsets.length);
    });

  it('with an offset of a file say what the places would give', () => {
    const g = new Graph('given');
    const data = g.input('data', 1);
    const wide = g.conv('wide', data, { out: 1, kernel: 3, pad: 5 });
    g.output(g.crop('right', wide, data, [4, 4]));
    g.output(g.crop('wrong', wide, data, [3, 4]));
    g.output(g.crop('half', g.conv('even', data, { out: 1, kernel: 2, pad: 5 }), data, [4, 4]));
    const [right, wrong, half] = cropRows(g);
    expect([right!.derived, wrong!.derived, half!.derived]).to.deep.equal([[4, 4], [4, 4], null]);
    expect(cropsTable([wrong!])).to.contain('3 / 4 (given; the places say 4)');
    expect(cropsTable([half!])).to.contain('4 (given)');
  });
});

/** Elements of an SVG: each tag closed, in its order. */
function checkXml(svg: string): void {
  const open: string[] = [];
  for (const [, close, name, empty] of svg.matchAll(/<(\/?)([a-z]+)\b[^<>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).to.equal(name);
    else if (!empty) open.push(name!);
  }
  expect(open).to.deep.equal([]);
  expect(svg).not.to.match(/NaN|Infinity|undefined|<script/);
}

describe('the figure of a net', () => {
  it('shows FCN-8s as the paper: pools and scores as grids, layers between as lines, two skips', () => {
    const items = figureItems(fcn8s(), inputsOf(fcn8s()));
    const named = (look: string) => items.filter((item) => item.look === look).map(({ name }) => name);
    expect(named('image')).to.deep.equal(['data']);
    expect(named('pool')).to.deep.equal(['pool1', 'pool2', 'pool3', 'pool4', 'pool5']);
    expect(named('line')).to.have.length(15).and.to.include('conv3_3').and.to.include('fc7');
    expect(named('scores')).to.deep.equal([
      ...['score_fr', 'upscore2', 'score_pool4', 'fuse_pool4', 'upscore_pool4', 'score_pool3', 'fuse_pool3'],
      'score',
    ]);
    const item = (name: string) => items.find((each) => each.name === name)!;
    const from = (name: string) => [...item(name).sources].map(([source, notes]) => [source.name, ...notes]);
    expect(from('upscore2')).to.deep.equal([['score_fr', '2x']]);
    expect(from('fuse_pool4')).to.deep.equal([['upscore2'], ['score_pool4', 'crop 5']]);
    expect(from('fuse_pool3')).to.deep.equal([['upscore_pool4'], ['score_pool3', 'crop 9']]);
    expect(from('score')).to.deep.equal([['fuse_pool3', 'upscore8 8x', 'crop 31']]);
    expect(
      ['score_fr', 'score_pool4', 'fuse_pool4', 'score_pool3', 'score'].map((name) => item(name).row),
    ).to.deep.equal([0, 1, 1, 2, 2]);
  });

  it('draws as many cells as lie on the same part of the image', () => {
    const svg = drawNet(fcn8s(), inputsOf(fcn8s()));
    const cells = [...svg.matchAll(/<rect width="64"[^>]*\/>(?:<path d="([^"]*)")?/g)].map(
      ([, path = '']) => 1 + path.split('h64').length - 1,
    );
    // In the order of the items; finer cells than those of pool1 are an area.
    const [pools, scores] = [
      [32, 16, 8, 4, 2],
      [2, 4, 4, 4, 8, 8, 8],
    ];
    expect(cells).to.deep.equal([1, ...pools, ...scores, 1]);
  });

  for (const [name, build] of Object.entries(NETS))
    it(`of ${name} is whole, without maps on each other, and arrows lead to the right`, () => {
      const g = build();
      checkXml(drawNet(g, inputsOf(g)));
      const items = figureItems(g, inputsOf(g));
      const { boxes, rows, width, height } = layOut(items);
      for (const row of rows)
        for (const [i, item] of row.entries()) {
          const { left, right, top } = boxes.get(item)!;
          if (i > 0) expect(left, item.name).to.be.above(boxes.get(row[i - 1]!)!.right);
          expect(left).to.be.above(0);
          expect(right).to.be.below(width);
          expect(top + 64).to.be.below(height);
        }
      for (const item of items)
        for (const source of item.sources.keys())
          expect(middle(boxes.get(source)!), `${source.name} to ${item.name}`).to.be.at.most(
            middle(boxes.get(item)!),
          );
    });

  it('draws nets of any kind, and escapes names', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const g = randomChain(seed);
      checkXml(drawNet(g, inputsOf(g)));
    }
    const g = new Graph('a<b>&"c"');
    g.output(g.conv('<script>', g.input('data', 1), { out: 1, kernel: 1 }));
    const svg = drawNet(g, inputsOf(g));
    checkXml(svg);
    expect(svg).to.contain('&#60;script&#62;');
  });

  it('in the documents is the one that the command draws', () => {
    const stored = readFileSync(new URL('../../docs/fcn8s.svg', import.meta.url), 'utf8');
    expect(stored).to.equal(drawNet(fcn8s(), inputsOf(fcn8s())));
  });
});
