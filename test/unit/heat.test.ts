import { expect } from 'chai';
import { Graph } from '../../src/graph/builder.js';
import { Pace } from '../../src/graph/pace.js';
import { scoreMap } from '../../src/graph/rewrite.js';
import { spreadCells } from '../../src/image/heat.js';

describe('a heat map', () => {
  const g = new Graph('g');
  const x = g.input('data', 3);
  const pooled = g.maxPool('pool', x, { kernel: 2, stride: 2 }); // cells of 2 px from 0.5 on
  const shown = (values: number[], w: number, h = 1) => [
    ...spreadCells({ h, w, values }, pooled.coords!, 2 * h, 2 * w),
  ];

  it('lies where its cells lie, and takes the nearest beyond the outermost centres', () => {
    // Centres at 0.5 and 2.5: pixels 0 and 3 are outside of them, 1 and 2 a quarter of the way in.
    expect(shown([0, 1], 2)).to.deep.equal([0, 64, 191, 255, 0, 64, 191, 255]);
  });

  it('keeps one cell as it is and clips what leaves 0 .. 1', () => {
    expect(shown([0.5], 1)).to.deep.equal([128, 128, 128, 128]);
    expect(shown([2], 1)).to.deep.equal([255, 255, 255, 255]);
    expect(shown([-1], 1)).to.deep.equal([0, 0, 0, 0]);
  });

  it('is the map before the pool and the softmax at the end of a classifier', () => {
    const net = new Graph('net');
    const conv = net.conv('conv', net.input('data', 3), { out: 5, kernel: 3 });
    net.output(net.softmax('prob', net.globalAvgPool('mean', conv)));
    const map = scoreMap(net);
    expect([...map.outputs].map(([name, node]) => [name, node.name])).to.deep.equal([['scores', 'conv']]);
  });
});

describe('the pace of a run', () => {
  const work = { flops: 4e9, bytes: 0 };

  it('learns that an adapter is slower than guessed, without a jump', () => {
    const pace = new Pace(true);
    const first = pace.estimate(work);
    for (let i = 0; i < 30; i++) pace.learn(pace.estimate(work), 5 * first);
    expect(pace.estimate(work)).to.be.closeTo(5 * first, 0.1 * first);
    pace.learn(pace.estimate(work), 1e9);
    expect(pace.estimate(work)).to.be.below(20 * first);
    expect(pace.work(work)).to.equal(first);
  });

  it('gives the same FLOPs for a little more or less, so that plans are reused', () => {
    const pace = new Pace(false);
    expect(Math.log2(pace.flopsIn(250)) % 1).to.equal(0);
    expect(pace.flopsIn(Number.POSITIVE_INFINITY)).to.equal(Number.POSITIVE_INFINITY);
  });
});
