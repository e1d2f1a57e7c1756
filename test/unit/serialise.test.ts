import { expect } from 'chai';
import { FormatError, ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { FORMS } from '../../src/graph/forms.js';
import { TRAINING_KINDS } from '../../src/graph/kinds/training.js';
import { type Attrs, KINDS } from '../../src/graph/kinds.js';
import type { KindName } from '../../src/graph/node.js';
import { graphFromJson, graphToJson } from '../../src/graph/serialise.js';
import { NETS } from '../../src/nets/index.js';
import { samples } from '../samples.js';

const text = (graph: Graph) => JSON.stringify(graphToJson(graph));
const reread = (graph: Graph) => graphFromJson(JSON.parse(text(graph)));

/** Everything that a graph says of its layers. */
const said = (graph: Graph) => ({
  nodes: graph.nodes.map(({ inputs, ...node }) => ({ ...node, inputs: inputs.map((x) => x.name) })),
  outputs: [...graph.outputs].map(([name, { name: node }]) => [name, node]),
});

/** A small net of each family's layers. */
function small(): Graph {
  const g = new Graph('small');
  const data = g.input('data', 3, [32, 32]);
  const conv1 = g.conv('conv1', data, { out: 8, kernel: [3, 5], pad: [1, 2, 1, 2], relu: true });
  const pool1 = g.maxPool('pool1', conv1, { kernel: 2, stride: 2, ceil: true });
  const clip = g.clip('clip', g.batchNorm('norm', pool1), -0, Number.POSITIVE_INFINITY);
  const up = g.upsample('up', clip, { kernel: 4, stride: 2 });
  g.output(g.crop('score', up, data, [0, 0]), 'scores');
  return g;
}

/** JSON of `small` with one thing changed. */
function changed(change: (json: ReturnType<typeof JSON.parse>) => void): unknown {
  const json = JSON.parse(text(small()));
  change(json);
  return json;
}

describe('a graph as JSON', () => {
  for (const [name, build] of Object.entries(NETS))
    it(`is the same graph again: ${name}`, () => {
      const graph = build({ width: 1 / 16 });
      expect(said(reread(graph))).to.deep.equal(said(graph));
    });

  for (const [kind, { inputs, attrs }] of Object.entries(samples))
    it(`keeps every attribute of ${kind}`, () => {
      const graph = new Graph('one');
      const x = Array.from({ length: inputs }, (_, i) => graph.input(`x${i}`, 8));
      graph.output(graph.add(kind as KindName, 'y', x, attrs as Attrs[KindName]));
      expect(reread(graph).node('y').attrs).to.deep.equal(attrs);
    });

  it('keeps numbers that JSON lacks', () => {
    const graph = small();
    const again = reread(graph).node('clip').attrs;
    expect(again).to.deep.equal({ kind: 'clip', min: -0, max: Number.POSITIVE_INFINITY });
    expect(text(graph)).to.contain('"min":"-0","max":"Infinity"');
  });

  it('knows every kind that a net has, and refuses what training adds', () => {
    const kinds = Object.keys(KINDS).filter((kind) => !Object.hasOwn(TRAINING_KINDS, kind));
    expect(Object.keys(FORMS).toSorted()).to.deep.equal(kinds.toSorted());
    const g = new Graph('trained');
    const x = g.input('x', 3);
    g.output(g.add('max_pool_gradient', 'dx', [x, g.maxPool('y', x, { kernel: 1 })], { kernel: 1 }));
    expect(() => graphToJson(g)).to.throw(FormatError, "'dx' is a max_pool_gradient, which training adds");
  });

  it('keeps outputs under several names, and names like those of objects', () => {
    const g = new Graph('__proto__');
    const x = g.relu('__proto__', g.input('constructor', 4));
    g.output(x, 'toString');
    g.output(x, 'again');
    expect(said(reread(g))).to.deep.equal(said(g));
  });

  for (const [change, message] of [
    [(j) => delete j.version, 'graph: no version, should have one'],
    [(j) => (j.version = 2), 'graph.version: 2, should be a whole number of 1 to 1'],
    [(j) => (j.format = 'onnx'), 'graph.format: "onnx", should be one of rarefy.graph'],
    [(j) => (j.nodes = []), 'graph.nodes: a list of 0, should be a list of 1 to 16384'],
    [(j) => (j.nodes[1].kind = 'conv9d'), 'graph.nodes[1].kind: "conv9d", should be a kind of layer'],
    [(j) => (j.nodes[1].kind = ['conv2d']), 'graph.nodes[1].kind: a list of 1, should be a kind of layer'],
    [(j) => (j.nodes[1].inputs = []), "graph: conv2d 'conv1' of 0 inputs, should be 1"],
    [(j) => (j.nodes[1].inputs = ['score']), "graph: 'conv1' reads 'score', should be a layer before it"],
    [(j) => (j.nodes[1].attrs.filter.out = 0), "conv2d 'conv1'.filter.out: 0, should be a whole number of 1"],
    [(j) => (j.nodes[1].attrs.options.stride = [1]), '.options.stride: a list of 1, should be a list of 2'],
    [(j) => (j.nodes[1].attrs.options.strid = 1), '"strid", should be a key among stride, dilation, pad'],
    [(j) => (j.nodes[2].attrs.kernel = 2 ** 20), "pool1'.kernel: 1048576, should be a whole number of 1 to"],
    [(j) => (j.nodes[4].attrs.max = 'NaN'), '\'clip\'.max: "NaN", should be a number'],
    [(j) => (j.nodes[4].attrs.kind = 'toString'), '.kind: "toString", should be one of relu, '],
    [
      (j) => (j.outputs = [['scores', 'nothing']]),
      "output 'scores' reads 'nothing', should be a layer before",
    ],
  ] as [(json: ReturnType<typeof JSON.parse>) => unknown, string][])
    it(`refuses JSON that describes no graph: ${message}`, () => {
      expect(() => graphFromJson(changed(change))).to.throw(FormatError, message);
    });

  it('refuses layers that do not fit, as a graph that is built in code does', () => {
    const name = changed((j) => (j.nodes[2].name = 'conv1'));
    expect(() => graphFromJson(name)).to.throw(ShapeError, 'conv1: a layer of this name exists');
    const channels = changed((j) => (j.nodes[1].attrs.filter.in = 4));
    expect(() => graphFromJson(channels)).to.throw(ShapeError, 'conv1: input of 3 channels, should be 4');
  });

  it('refuses maps that grow without end', () => {
    const g = new Graph('grows');
    let x = g.input('data', 1, [1, 1]);
    for (let i = 0; i < 3; i++)
      x = g.resize(`up${i}`, x, { mode: 'nearest', coordinates: 'asymmetric', scale: 4096 });
    g.output(x);
    expect(() => reread(g)).to.throw(ShapeError, /up2: a size of \d+, should be at most 16777216/);
    let y = g.conv('y', g.node('data'), { out: 1, kernel: 1 });
    const deeper = () => {
      for (let i = 0; i < 9; i++) y = g.upsample(`y${i}`, y, { kernel: 4096, stride: 4096 });
    };
    expect(deeper).to.throw(ShapeError, /coords: a place of .* pixels, should be of integers within 2\^53/);
  });
});
