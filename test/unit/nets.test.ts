import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { toNumber } from '../../src/coords.js';
import { ShapeError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { fuse, inferShapes } from '../../src/graph/fuse.js';
import type { Node } from '../../src/graph/node.js';
import { parameterCount, parameters } from '../../src/graph/parameters.js';
import { plan } from '../../src/graph/plan.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { alexnetClassifier, fcnAlexnet } from '../../src/nets/alexnet.js';
import { FIXED_LEARNS, fcn8s, fcn16s, fcn32s, fcn32sFixed } from '../../src/nets/fcn_vgg16.js';
import { fcnGooglenet, googlenetClassifier } from '../../src/nets/googlenet.js';
import { head8s, head16s, head32s } from '../../src/nets/heads.js';
import { NETS, type NetOptions } from '../../src/nets/index.js';
import { fcnResnet } from '../../src/nets/resnet.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { checkFinite } from '../../src/weights/weights.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

const net = (name: string, o: NetOptions = {}) => NETS[name]!(o);

/** The crop offsets of a net by layer, where they are alike along both axes. */
const offsets = (g: Graph): Record<string, number> =>
  Object.fromEntries(
    g.nodes
      .filter((node): node is Node<'crop'> => node.kind === 'crop')
      .map((node) => {
        const [y, x] = node.attrs.offset;
        expect(y, node.name).to.equal(x);
        return [node.name, y];
      }),
  );

/** Sizes of every input, in pixels. */
const square = (g: Graph, size: number) =>
  Object.fromEntries(g.inputs.map((x) => [x.name, { n: 1, c: x.channels, h: size, w: size }]));

/** Heights of layers on a square image. */
function heights(g: Graph, size: number, layers: readonly string[]): number[] {
  const shapes = inferShapes(g, square(g, size));
  return layers.map((name) => shapes.get(g.node(name))!.h);
}

const field = (g: Graph, name: string) => {
  const { field: cells, scale } = g.node(name).coords![0];
  return { field: toNumber(cells), stride: toNumber(scale) };
};

describe('the family of nets', () => {
  for (const [name, count] of Object.entries({
    'fcn-alexnet': 56_954_261,
    fcn32s: 134_346_581,
    'fcn32s-fixed': 134_346_581,
    fcn16s: 134_357_354,
    fcn8s: 134_362_751,
    'fcn8s-atonce': 134_362_751 + 768,
    'fcn-googlenet': 5_995_077,
    'nyud-32s-rgb': 134_424_424,
    'nyud-32s-hha': 134_424_424,
    'nyud-32s-rgbd': 134_424_424 + 576,
    'nyud-32s-rgb-hha': 268_848_848,
    'nyud-16s-rgb-hha': 268_848_848 + 2 * 40 * (512 + 1),
    'nyud-16s-rgbd': 134_424_424 + 576 + 40 * (512 + 1),
    'siftflow-32s': 134_408_036,
    'siftflow-16s': 134_426_504,
    'siftflow-8s': 134_435_756,
    'pascalcontext-32s': 134_506_364,
    'pascalcontext-16s': 134_537_144,
    'pascalcontext-8s': 134_552_564,
    'fcn-resnet50': 35_322_218,
    'fcn-resnet101': 54_314_346,
    caffenet: 60_965_224,
    alexnet: 60_965_224,
    vgg16: 138_357_544,
    small: 450_720,
    googlenet: 6_998_552,
  }))
    it(`${name} has ${count.toLocaleString('en-US')} parameters`, () => {
      expect(parameterCount(net(name))).to.equal(count);
    });

  for (const [name, wanted] of Object.entries({
    'fcn-alexnet': { score: 18 },
    'fcn-googlenet': { score: 98 },
    fcn32s: { score: 19 },
    fcn16s: { score_pool4c: 5, score: 27 },
    fcn8s: { score_pool4c: 5, score_pool3c: 9, score: 31 },
    'fcn8s-atonce': { score_pool4c: 5, score_pool3c: 9, score: 31 },
    'nyud-32s-rgbd': { score: 19 },
    'nyud-32s-rgb-hha': { score: 19 },
    'nyud-16s-rgb-hha': { score_pool4c: 5, score: 27 },
    'nyud-16s-rgbd': { score_pool4c: 5, score: 27 },
    'nyud-small-16s-rgb-hha': { upscore2c: 1, score: 8 },
    'nyud-small-16s-rgbd': { upscore2c: 1, score: 8 },
    'siftflow-small-16s': { upscore2_semc: 1, score_sem: 8, upscore2_geoc: 1, score_geo: 8 },
    'siftflow-32s': { score_sem: 19, score_geo: 19 },
    'siftflow-16s': { score_pool4_semc: 5, score_sem: 27, score_pool4_geoc: 5, score_geo: 27 },
    'siftflow-8s': {
      score_pool4_semc: 5,
      score_pool3_semc: 9,
      score_sem: 31,
      score_pool4_geoc: 5,
      score_pool3_geoc: 9,
      score_geo: 31,
    },
    'pascalcontext-8s': { score_pool4c: 5, score_pool3c: 9, score: 31 },
    'fcn-small-32s': { score: 16 },
    'fcn-small-16s': { upscore2c: 1, score: 8 },
    'fcn-small-8s': { upscore2c: 1, upscore_pool4c: 1, score: 4 },
  }))
    it(`${name} derives the crop offsets ${Object.values(wanted).join(', ')}`, () => {
      expect(offsets(net(name))).to.deep.equal(wanted);
    });

  it('FCN-GoogLeNet with the padding of the classifier crops by 1, and fits every size from 31 on', () => {
    const g = fcnGooglenet({ pad: 3, width: 1 / 64 });
    expect(offsets(g)).to.deep.equal({ score: 1 });
    for (let size = 31; size <= 100; size++) expect(heights(g, size, ['score'])).to.deep.equal([size]);
    expect(() => heights(g, 30, ['score'])).to.throw(ShapeError, 'pool4/3x3_s2');
  });

  it('sees the fields of Table 1 at stride 32, GoogLeNet with the average pool that the paper discards', () => {
    expect(field(fcnAlexnet(), 'fc6')).to.deep.equal({ field: 355, stride: 32 });
    expect(field(fcn32s(), 'fc6')).to.deep.equal({ field: 404, stride: 32 });
    expect(field(fcnGooglenet(), 'inception_5b/output')).to.deep.equal({ field: 715, stride: 32 });
    expect(field(googlenetClassifier(), 'pool5/7x7_s1')).to.deep.equal({ field: 907, stride: 32 });
  });

  it('sees a field that grows layer by layer as the rule of section 3.1 says', () => {
    const fields = (g: Graph, names: readonly string[]) => names.map((name) => field(g, name).field);
    expect(fields(fcn32s(), ['pool1', 'pool2', 'pool3', 'pool4', 'pool5'])).to.deep.equal([
      6, 16, 44, 100, 212,
    ]);
    const alexnet = ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5'];
    expect(fields(fcnAlexnet(), alexnet)).to.deep.equal([11, 19, 51, 67, 99, 131, 163, 195]);
    const inceptions = ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'];
    expect(
      fields(
        fcnGooglenet(),
        inceptions.map((i) => `inception_${i}/output`),
      ),
    ).to.deep.equal([59, 91, 171, 235, 299, 363, 427, 587, 715]);
  });

  const pools = ['pool1', 'pool2', 'pool3', 'pool4', 'pool5', 'fc6'];
  for (const [size, vgg, upscore, sixteen, eight, alexnet] of [
    [224, [211, 106, 53, 27, 14, 8], 288, [18, 304], [38, 312], [104, 52, 26, 13, 8, 287]],
    [256, [227, 114, 57, 29, 15, 9], 320, [20, 336], [42, 344], [112, 56, 28, 14, 9, 319]],
    [366, [282, 141, 71, 36, 18, 12], 416, [26, 432], [54, 440], [139, 69, 34, 17, 12, 415]],
    [375, [287, 144, 72, 36, 18, 12], 416, [26, 432], [54, 440], [142, 71, 35, 17, 12, 415]],
    [425, [312, 156, 78, 39, 20, 14], 480, [30, 496], [62, 504], [154, 77, 38, 19, 14, 479]],
    [500, [349, 175, 88, 44, 22, 16], 544, [34, 560], [70, 568], [173, 86, 43, 21, 16, 543]],
    [560, [379, 190, 95, 48, 24, 18], 608, [38, 624], [78, 632], [188, 94, 47, 23, 18, 607]],
  ] as const)
    it(`has the released nets' sizes on ${size} pixels`, () => {
      expect(heights(fcn32s(), size, pools)).to.deep.equal(vgg);
      expect(heights(fcn32s(), size, ['upscore', 'score'])).to.deep.equal([upscore, size]);
      expect(heights(fcn16s(), size, ['upscore2', 'upscore16', 'score'])).to.deep.equal([...sixteen, size]);
      expect(heights(fcn8s(), size, ['upscore_pool4', 'upscore8', 'score'])).to.deep.equal([...eight, size]);
      const layers = ['conv1', 'pool1', 'pool2', 'pool5', 'fc6', 'upscore'];
      expect(heights(fcnAlexnet(), size, layers)).to.deep.equal(alexnet);
      expect(heights(fcnAlexnet(), size, ['score'])).to.deep.equal([size]);
    });

  it('has the sizes of the classifiers, and of AlexNet without padding over 500 pixels', () => {
    const last = (g: Graph) => g.node('pool5').size;
    expect(last(alexnetClassifier())).to.deep.equal([6, 6]);
    expect(last(net('vgg16'))).to.deep.equal([7, 7]);
    expect(last(net('small'))).to.deep.equal([3, 3]);
    expect(googlenetClassifier().node('pool5/7x7_s1').size).to.deep.equal([1, 1]);
    expect(heights(convolutionalise(alexnetClassifier()), 500, ['pool5', 'fc6'])).to.deep.equal([15, 10]);
  });

  for (const [name, build] of Object.entries(NETS))
    it(`${name} at any width and class count gives scores of the image's size`, () => {
      const g = build({ width: 1 / 32, classes: 5 });
      const size = g.inputs[0]!.size?.[0] ?? 37;
      const made = plan(g, square(g, size));
      for (const [output, { shape }] of made.outputs) {
        const { c, h, w } = shape;
        const wanted = g.inputs[0]!.size ? [5, 1, 1] : [output === 'score_geo' ? 3 : 5, size, size];
        expect([c, h, w], output).to.deep.equal(wanted);
      }
    });

  it('the small net gives any image at least one cell', () => {
    for (const name of ['fcn-small-32s', 'fcn-small-16s', 'fcn-small-8s']) {
      const g = net(name);
      expect(heights(g, 1, ['fc6', 'score'])).to.deep.equal([1, 1]);
      for (let size = 2; size <= 200; size++) expect(heights(g, size, ['score'])[0]).to.equal(size);
    }
  });

  it('the small net takes another first padding, from which other offsets follow', () => {
    const g = net('fcn-small-8s', { pad: 73, width: 1 / 16 });
    expect(offsets(g)).to.deep.equal({ upscore2c: 1, upscore_pool4c: 1, score: 76 });
    expect(g.node('conv1_1').channels).to.equal(4);
  });

  it('the heads stand on any trunk that has their taps', () => {
    for (const head of [head32s, head16s, head8s]) {
      const g = new Graph('other trunk');
      const data = g.input('data', 3);
      let x = g.conv('stem', data, { out: 8, kernel: 3, pad: 60, relu: true });
      const pools = [1, 2, 3, 4, 5].map((i) => {
        x = g.maxPool(`down${i}`, g.conv(`body${i}`, x, { out: 8, kernel: 3, pad: 1 }), {
          kernel: 2,
          stride: 2,
        });
        return x;
      });
      const [, , pool3, pool4] = pools as [Node, Node, Node, Node];
      const fc7 = g.conv('top', x, { out: 8, kernel: 3, relu: true });
      g.output(head(g, { data, pool3, pool4, fc7 }, { classes: 7, atOnce: true }));
      const { c, h, w } = inferShapes(g, square(g, 120)).get(g.node('score'))!;
      expect([c, h, w]).to.deep.equal([7, 120, 120]);
    }
  });

  it('dense upsampling filters would add the values of the released files', () => {
    const values = (kernel: number) => {
      const g = new Graph('upsampling');
      g.output(g.convTranspose('up', g.input('data', 21), { out: 21, kernel, stride: 32, bias: false }));
      return parameterCount(g);
    };
    expect([values(64), values(63)]).to.deep.equal([1_806_336, 1_750_329]);
  });

  it('fuses scores by their sum, or by the larger of both', () => {
    const size = 40;
    const data = random(3 * size * size, 3);
    const input = { data: { shape: { n: 1, c: 3, h: size, w: size }, data } };
    for (const name of ['fcn8s', 'fcn-small-8s', 'siftflow-16s', 'nyud-16s-rgb', 'fcn-squeezenet-4s']) {
      const [sum, max] = (['sum', 'max'] as const).map((fusion) => {
        const g = net(name, { width: 1 / 64, classes: 2, fusion });
        return { g, maps: runGraph(g, seededWeights(g, 1), input) };
      });
      const fused = sum!.g.nodes.filter((node) => node.name.startsWith('fuse_'));
      expect(fused.length, name).to.be.at.least(1);
      for (const node of fused) {
        const [a, b] = max!.g.node(node.name).inputs.map(({ name: from }) => max!.maps.get(from)!.data);
        const larger = a!.map((v, i) => Math.max(v, b![i]!));
        expect(max!.maps.get(node.name)!.data, `${name} ${node.name}`).to.deep.equal(larger);
      }
      const added = fused[0]!.inputs.map(({ name: from }) => sum!.maps.get(from)!.data);
      const found = sum!.maps.get(fused[0]!.name)!.data;
      for (const [i, v] of found.entries()) expect(v).to.be.closeTo(added[0]![i]! + added[1]![i]!, 1e-5);
    }
  });

  it('FCN-32s-fixed learns its scores alone', () => {
    const g = fcn32sFixed();
    for (const name of FIXED_LEARNS) expect(g.has(name), name).to.equal(true);
    const learned = parameters(g).filter(({ node }) => FIXED_LEARNS.includes(node.name));
    expect(learned.map(({ name }) => name)).to.deep.equal(['score_fr.weight', 'score_fr.bias']);
  });

  it('groups divide narrow layers', () => {
    for (const width of [1, 1 / 7, 1 / 100])
      for (const { node, dims } of parameters(fcnAlexnet({ width })))
        if (node.name === 'conv2' && dims.length > 1) expect(dims[1]! * 2).to.equal(node.inputs[0]!.channels);
  });
});

describe('FCN-ResNet', () => {
  it('dilates layer3 and layer4 where ResNet strides', () => {
    const g = fcnResnet(50, { width: 1 / 16 });
    const layers = ['layer1.2', 'layer2.3', 'layer3.5', 'layer4.2'].map((name) => `backbone.${name}.relu`);
    expect(layers.map((name) => field(g, name).stride)).to.deep.equal([4, 8, 8, 8]);
    const dilations = ['3.0', '3.1', '4.0', '4.1'].map(
      (name) => (g.node(`backbone.layer${name}.conv2`) as Node<'conv2d'>).attrs.options.dilation,
    );
    expect(dilations).to.deep.equal([1, 2, 2, 4]);
    expect(heights(g, 97, [...layers, 'classifier.4', 'out', 'aux'])).to.deep.equal([
      25, 13, 13, 13, 13, 97, 97,
    ]);
  });

  it('folds every batch norm into the convolution before it, every ReLU into a convolution or sum', () => {
    const kinds = new Set(fuse(fcnResnet(50)).layers.map((layer) => layer.kind));
    expect([...kinds].sort()).to.deep.equal(['conv2d', 'input', 'max_pool', 'resize_to', 'sum']);
  });

  it('has weights without its auxiliary head too', () => {
    const names = parameters(fcnResnet(50, { aux: false })).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('aux'))).to.deep.equal([]);
  });

  it('stays sane with seeded weights through 101 layers', () => {
    const g = fcnResnet(101, { width: 1 / 16, classes: 4 });
    const weights = seededWeights(g, 1);
    checkFinite(weights);
    for (const { name } of parameters(g))
      if (name.endsWith('running_var'))
        expect(Math.min(...weights.get(name)!.data), name).to.be.at.least(0.5);
    const shape = { n: 1, c: 3, h: 17, w: 19 };
    const data = Float32Array.from({ length: 3 * 17 * 19 }, (_, i) => Math.sin(i));
    for (const [name, map] of runGraph(g, weights, { data: { shape, data } })) {
      const largest = map.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      expect(largest, name).to.be.within(1e-3, 1e4);
    }
  });

  const folder = process.env.RAREFY_DATA;
  for (const depth of [50, 101] as const)
    (folder ? it : it.skip)(`${depth} has the names and shapes of torchvision's state dict`, () => {
      const path = join(folder!, `torchvision/fcn_resnet${depth}.json`);
      const listed = JSON.parse(readFileSync(path, 'utf8')) as { tensors: Record<string, number[]> };
      const wanted = Object.entries(listed.tensors).filter(([name]) => !name.endsWith('num_batches_tracked'));
      const found = parameters(fcnResnet(depth)).map(({ name, dims }) => [name, dims]);
      expect(Object.fromEntries(found)).to.deep.equal(Object.fromEntries(wanted));
    });
});
