import { expect } from 'chai';
import { cropOffset, toNumber } from '../../src/coords.js';
import { LimitError, ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { fuse } from '../../src/graph/fuse.js';
import type { Node } from '../../src/graph/node.js';
import { parameters } from '../../src/graph/parameters.js';
import { checkMemory, plan, requiredLimits } from '../../src/graph/plan.js';
import { labelGraph } from '../../src/graph/rewrite.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';

const image = (h: number, w = h) => ({ data: { n: 1, c: 3, h, w } });
const offset = (g: Graph, name: string) => (g.node(name) as Node<'crop'>).attrs.offset;
const count = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);

describe('FCN-8s', () => {
  const g = fcn8s();

  it('derives the crop offsets of the released net', () => {
    expect(offset(g, 'score_pool4c')).to.deep.equal([5, 5]);
    expect(offset(g, 'score_pool3c')).to.deep.equal([9, 9]);
    expect(offset(g, 'score')).to.deep.equal([31, 31]);
  });

  it('has the parameters of the released net', () => {
    expect(parameters(g).reduce((sum, p) => sum + count(p.dims), 0)).to.equal(134_362_751);
  });

  it('sees 404 pixels at stride 32', () => {
    const [y] = g.node('fc7').coords!;
    expect(toNumber(y.field)).to.equal(404);
    expect(toNumber(y.scale)).to.equal(32);
    expect(toNumber(y.shift)).to.equal(12.5);
  });

  // Sizes along one axis: pool1 to pool5, fc6, upscore2, upscore_pool4, upscore8.
  for (const [size, ...trace] of [
    [224, 211, 106, 53, 27, 14, 8, 18, 38, 312],
    [366, 282, 141, 71, 36, 18, 12, 26, 54, 440],
    [425, 312, 156, 78, 39, 20, 14, 30, 62, 504],
    [500, 349, 175, 88, 44, 22, 16, 34, 70, 568],
  ] as const) {
    it(`has the sizes of the released net on ${size} pixels`, () => {
      const sizes = new Map(plan(g, image(size)).steps.map((s) => [s.map, s.shape.h]));
      const names = ['pool1', 'pool2', 'pool3', 'pool4', 'pool5', 'fc6', 'upscore2', 'upscore_pool4'];
      expect(names.map((name) => sizes.get(name))).to.deep.equal(trace.slice(0, -1));
      // upscore8 and its crop are one step, of the image's size.
      expect(sizes.get('score')).to.equal(size);
    });
  }

  it('gives a score map of the image size for every size', () => {
    const small = fcn8s({ width: 1 / 64, classes: 2 });
    for (let size = 1; size <= 130; size++) {
      const { shape } = plan(small, image(size, 131 - size)).outputs.get('score')!;
      expect([shape.h, shape.w]).to.deep.equal([size, 131 - size]);
    }
  });

  it('merges crops into upsampling and skips, ReLU and pools into convolutions', () => {
    const kinds = fuse(g).layers.map((layer) => layer.kind);
    expect(kinds.filter((kind) => ['crop', 'sum', 'activation', 'max_pool'].includes(kind))).to.deep.equal(
      [],
    );
    expect(kinds.filter((kind) => kind === 'crop_sum').length).to.equal(2);
  });

  it('runs at 500 x 500 under the default limits, and at 640 x 480, whose largest map exceeds a binding', () => {
    for (const size of [image(500), image(480, 640)]) {
      const { bytes, dispatches } = plan(g, size);
      expect(bytes.largestBinding).to.be.at.most(DEFAULT_LIMITS.bindingBytes);
      expect(bytes.largestBuffer).to.be.at.most(DEFAULT_LIMITS.bufferBytes);
      expect(dispatches).to.be.above(30);
    }
    const needed = requiredLimits(g, image(480, 640));
    expect(needed.maxStorageBufferBindingSize).to.be.above(DEFAULT_LIMITS.bindingBytes);
  });

  it('says what a memory bound lacks', () => {
    const made = plan(g, image(500));
    expect(() => checkMemory(made, 2 ** 20)).to.throw(LimitError, 'allowed are 1048576');
  });

  it('splits dispatches by their FLOPs', () => {
    const most = 1e9;
    const steps = plan(g, image(500), { maxFlops: most }).steps;
    const larger = steps.flatMap((s) => s.dispatches).filter((d) => d.flops > most);
    expect(larger.map((d) => d.flops)).to.deep.equal([]);
  });
});

describe('graph', () => {
  it('refuses a second layer of one name and a layer of another graph', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    expect(() => g.relu('data', x)).to.throw(ShapeError, 'data: a layer of this name exists');
    expect(() => new Graph('other').relu('relu', x)).to.throw(
      ShapeError,
      "relu: input 'data' is a layer of another graph",
    );
  });

  it('refuses a crop of half a pixel with the number', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    const coarse = g.conv('coarse', x, { out: 3, kernel: 2, stride: 2 });
    const up = g.upsample('up', coarse, { kernel: 3, stride: 2 });
    expect(() => g.crop('score', up, x)).to.throw(
      ShapeError,
      'score: crop offset 0.5, should be a whole number',
    );
  });

  it('refuses a crop between cells of unlike size', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    const coarse = g.maxPool('pool', x, { kernel: 2, stride: 2 });
    expect(() => cropOffset('score', coarse.coords!, x.coords!)).to.throw(
      ShapeError,
      'cells of 2 px over cells of 1 px',
    );
  });

  it('gives no place to maps that meet askew', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    const shifted = g.conv('shifted', x, { out: 3, kernel: 2, pad: [1, 1, 0, 0] });
    expect(g.sum('sum', [x, shifted]).coords).to.equal(null);
  });

  it('drops layers that no output needs', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    g.conv('dead', x, { out: 64, kernel: 3 });
    g.output(g.relu('relu', x));
    expect(fuse(g).layers.map((l) => l.name)).to.deep.equal(['data', 'relu']);
  });

  it('keeps a map that two layers read out of any merge', () => {
    const g = new Graph('g');
    const conv = g.conv('conv', g.input('data', 3), { out: 3, kernel: 1 });
    g.output(g.sum('sum', [g.relu('relu', conv), conv]));
    expect(fuse(g).layers.map((l) => l.kind)).to.deep.equal(['input', 'conv2d', 'activation', 'sum']);
  });

  it('never stores the scores of an upsampling of which only the labels are wanted', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    const coarse = g.conv('coarse', x, { out: 21, kernel: 2, stride: 2, pad: 2 });
    g.output(g.crop('score', g.upsample('upscore', coarse, { kernel: 4, stride: 2 }), x), 'score');
    const { layers, outputs } = fuse(labelGraph(g));
    expect(layers.map((l) => l.kind)).to.deep.equal(['input', 'conv2d', 'upsample']);
    expect(outputs.get('score')!.attrs).to.include({ labels: true });
    expect(outputs.get('score')!.node.channels).to.equal(1);
  });

  it('names the layer that a size does not fit', () => {
    const g = new Graph('g');
    const x = g.input('data', 3);
    g.output(g.sum('sum', [x, g.maxPool('pool', x, { kernel: 2 })]));
    expect(() => plan(g, image(5))).to.throw(ShapeError, 'sum: map of [1, 3, 4, 4], should be [1, 3, 5, 5]');
    expect(() => plan(g, {})).to.throw(ShapeError, 'data: no input of this name was given');
    expect(() => plan(g, { ...image(5), more: image(5).data })).to.throw(ShapeError, "g: no input 'more'");
  });
});
