import { expect } from 'chai';
import { FormatError, ShapeError, UnsupportedError, WeightsError } from '../../src/errors.js';
import type { Graph } from '../../src/graph/builder.js';
import type { CaffeModel } from '../../src/weights/caffe/caffemodel.js';
import { type CaffeImportOptions, importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

const blob = (dims: number[], seed = 1) => ({
  dims,
  data: random(
    dims.reduce((a, b) => a * b, 1),
    seed,
  ),
});

const model = (blobs: Record<string, ReturnType<typeof blob>[]>): CaffeModel => ({
  name: '',
  layers: Object.entries(blobs).map(([name, own]) => ({ name, type: '', bottoms: [], tops: [], blobs: own })),
});

const input = 'name: "net" input: "data" input_dim: [1, 3, 12, 10]';

/** One layer, `x`, over an input of [1, 3, 12, 10]. */
const one = (type: string, params = '', own: CaffeModel | null = null, options: CaffeImportOptions = {}) =>
  importCaffe(
    readNet(`${input} layer { name: "x" type: "${type}" bottom: "data" top: "x" ${params} }`),
    own,
    options,
  );

const show = (graph: Graph) => graph.nodes.map((n) => `${n.kind} ${n.name} < ${n.inputs.map((x) => x.name)}`);

describe('caffe import', () => {
  it('follows layers that write over their input, and passes identities', () => {
    const { graph, skipped } = importCaffe(
      readNet(`${input}
        layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 4 kernel_size: 3 } }
        layer { name: "split" type: "Split" bottom: "conv" top: "a" top: "b" }
        layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
        layer { name: "drop" type: "Dropout" bottom: "a" top: "a" }
        layer { name: "sum" type: "Eltwise" bottom: "a" bottom: "b" top: "sum" eltwise_param { coeff: 1 coeff: -2 } }
        layer { name: "softmax" type: "Softmax" bottom: "sum" top: "prob" }`),
      null,
    );
    expect(show(graph)).to.eql([
      'input data < ',
      'conv2d conv < data',
      'activation relu < conv',
      'sum sum < relu,conv',
      'softmax softmax < sum',
    ]);
    expect([...graph.outputs.keys()]).to.eql(['prob']);
    expect(skipped).to.eql([
      { name: 'split', type: 'Split' },
      { name: 'drop', type: 'Dropout' },
    ]);
  });
  it('reads windows of one number, of two and by axis', () => {
    for (const [params, kernel, pad] of [
      ['kernel_size: 3 pad: 1', [3, 3], [1, 1]],
      ['kernel_size: 4 kernel_size: 5', [4, 5], [0, 0]],
      ['kernel_h: 2 kernel_w: 5 pad_h: 0 pad_w: 2', [2, 5], [0, 2]],
    ] as const) {
      const { graph } = one(
        'Convolution',
        `convolution_param { num_output: 6 group: 3 ${params} dilation: 2 }`,
      );
      const { attrs } = graph.node('x');
      expect(attrs).to.eql({
        filter: { out: 6, in: 3, kernel, groups: 3, transposed: false },
        options: { stride: [1, 1], pad, dilation: [2, 2] },
        bias: true,
      });
    }
    expect(() => one('Convolution', 'convolution_param { num_output: 6 kernel_h: 3 }')).to.throw(
      ShapeError,
      'x: kernel_size [], kernel_h 3 and kernel_w undefined, should be kernel_size or both others',
    );
  });
  it("rounds pools up, and clips padded ones, by Caffe's rule", () => {
    const pool = (params: string) => one('Pooling', `pooling_param { ${params} }`).graph.node('x');
    expect(pool('kernel_size: 3 stride: 2').attrs).to.include({ ceil: true, clip: false });
    expect(pool('kernel_size: 3 stride: 2 pad_h: 0 pad_w: 1').attrs).to.include({ ceil: true, clip: true });
    expect(pool('pool: AVE kernel_size: 3'))
      .to.deep.include({ kind: 'avg_pool' })
      .nested.include({ 'attrs.countPad': true });
    expect(pool('pool: AVE global_pooling: true').kind).to.equal('global_avg_pool');
  });
  it('makes a convolution of an inner product, with the same numbers at any size', () => {
    const text = `${input}
      layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 5 kernel_size: 3 stride: 2 } }
      layer { name: "flat" type: "Flatten" bottom: "conv" top: "flat" }
      layer { name: "fc6" type: "InnerProduct" bottom: "flat" top: "fc6" inner_product_param { num_output: 7 } }
      layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7" inner_product_param { num_output: 2 bias_term: false } }`;
    const numbers = model({
      conv: [blob([5, 3, 3, 3]), blob([1, 1, 1, 5])],
      fc6: [blob([1, 1, 7, 100]), blob([7])],
      fc7: [blob([2, 7])],
    });
    const classifier = importCaffe(readNet(text), numbers, { classifier: true });
    const map = importCaffe(readNet(text), numbers);
    expect(classifier.graph.node('fc6').kind).to.equal('inner_product');
    expect(map.graph.node('fc6').attrs).to.deep.include({
      filter: { out: 7, in: 5, kernel: [5, 4], groups: 1, transposed: false },
    });
    const image = random(3 * 18 * 14, 9);
    const wide = { shape: { n: 1, c: 3, h: 18, w: 14 }, data: image };
    const cells = runGraph(map.graph, map.weights, { data: wide }).get('fc7')!;
    expect(cells.shape).to.eql({ n: 1, c: 2, h: 4, w: 3 });
    // The window of cell (2, 1): conv's stride of 2 makes 4 pixels down and 2 right.
    const crop = Float32Array.from({ length: 3 * 12 * 10 }, (_, i) => {
      const [c, y, x] = [Math.floor(i / 120), Math.floor(i / 10) % 12, i % 10];
      return image[(c * 18 + y + 4) * 14 + x + 2]!;
    });
    const alone = { shape: { n: 1, c: 3, h: 12, w: 10 }, data: crop };
    const scores = runGraph(classifier.graph, classifier.weights, { data: alone }).get('fc7')!;
    expect(scores.shape).to.eql({ n: 1, c: 2, h: 1, w: 1 });
    for (const [k, score] of scores.data.entries())
      expect(cells.data[k * 12 + 2 * 3 + 1]).to.be.closeTo(score, 1e-12);
  });
  it('makes one scale of BatchNorm and the Scale behind it', () => {
    const text = `${input}
      layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" batch_norm_param { eps: 0.5 } }
      layer { name: "scale" type: "Scale" bottom: "bn" top: "bn" scale_param { bias_term: true } }
      layer { name: "relu" type: "ReLU" bottom: "bn" top: "bn" }`;
    const f = (...values: number[]) => ({ dims: [values.length], data: Float32Array.from(values) });
    const { graph, weights } = importCaffe(
      readNet(text),
      model({ bn: [f(2, 4, 6), f(7, 31, 1), f(2)], scale: [f(1, 2, 3), f(10, 20, 30)] }),
    );
    expect(show(graph)).to.eql(['input data < ', 'scale bn < data', 'activation relu < bn']);
    // gamma (x - mean/2) / sqrt(variance/2 + 0.5) + beta
    expect([...weights.get('bn.weight')!.data]).to.eql([0.5, 0.5, 3]);
    expect([...weights.get('bn.bias')!.data]).to.eql([9.5, 19, 21]);
  });
  it('spreads shared slopes and affine powers over the channels', () => {
    const prelu = one(
      'PReLU',
      'prelu_param { channel_shared: true }',
      model({ x: [{ dims: [], data: Float32Array.of(0.25) }] }),
    );
    expect([...prelu.weights.get('x.weight')!.data]).to.eql([0.25, 0.25, 0.25]);
    const power = one('Power', 'power_param { scale: 0.5 shift: -2 }');
    expect([...power.weights.get('x.weight')!.data]).to.eql([0.5, 0.5, 0.5]);
    expect([...power.weights.get('x.bias')!.data]).to.eql([-2, -2, -2]);
  });
  it('learns the channels of an input without dims from the weights that read it', () => {
    const net = readNet(`
      layer { name: "data" type: "Data" top: "data" }
      layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 1 } }`);
    expect(() => importCaffe(net, null)).to.throw(
      ShapeError,
      'data: an input of unknown channels, its dims should be given',
    );
    expect(
      importCaffe(net, model({ conv: [blob([2, 6, 1, 1]), blob([2])] })).graph.node('data').channels,
    ).to.equal(6);
    expect(importCaffe(net, null, { inputs: { data: [1, 4, 9, 9] } }).graph.node('data').channels).to.equal(
      4,
    );
  });
  for (const [type, params, message] of [
    ['SPP', '', 'x: layers of type SPP do not run'],
    ['Pooling', 'pooling_param { pool: STOCHASTIC kernel_size: 2 }', 'x: Pooling STOCHASTIC does not run'],
    ['Eltwise', '', 'x: Eltwise of 1 bottoms does not run, should have two'],
    ['Softmax', 'softmax_param { axis: 0 }', 'x: Softmax over its images does not run'],
    ['ArgMax', 'argmax_param { top_k: 5 }', 'x: ArgMax of the largest few does not run'],
    [
      'Convolution',
      'convolution_param { num_output: 2 kernel_size: 1 axis: 2 }',
      'x: Convolution along axis 2 does not run, should be 1',
    ],
  ] as const) {
    it(`names what does not run: ${message}`, () => {
      expect(() => one(type, params)).to.throw(UnsupportedError, message);
    });
  }
  it('lists every layer that does not run in one error', () => {
    const net = readNet(`${input}
      layer { name: "a" type: "SPP" bottom: "data" top: "a" }
      layer { name: "b" type: "ReLU" bottom: "a" top: "b" }
      layer { name: "c" type: "LSTM" bottom: "b" top: "c" }
      layer { name: "d" type: "Pooling" bottom: "data" top: "d" pooling_param { pool: STOCHASTIC kernel_size: 2 } }
      layer { name: "e" type: "Python" bottom: "data" top: "e" }
      layer { name: "f" type: "ReLU" bottom: "e" top: "f" }`);
    expect(() => importCaffe(net, null)).to.throw(
      UnsupportedError,
      `net: 4 layers do not run
  a: layers of type SPP do not run
  c: layers of type LSTM do not run
  d: Pooling STOCHASTIC does not run, should be MAX or AVE
  e: layers of type Python do not run, others read its 'e'`,
    );
  });
  for (const [type, params, message] of [
    [
      'Convolution',
      'convolution_param { num_output: 4 kernel_size: 1 group: 3 }',
      'x: 3 groups of 3 inputs and 4',
    ],
    [
      'Convolution',
      'convolution_param { num_output: 0 kernel_size: 1 }',
      'x: num_output 0, should be from 1',
    ],
    [
      'Convolution',
      'convolution_param { num_output: 1 kernel_size: 1 stride: 0 }',
      'x: stride 0 x 0, should be',
    ],
    ['Pooling', 'pooling_param { kernel_size: 2 pad: 2 }', 'x: padding 2 x 2 of a window of 2 x 2'],
    ['LRN', 'lrn_param { local_size: 4 }', 'x: local_size 4, should be odd'],
    ['Reshape', 'reshape_param { shape { dim: 0 dim: 7 dim: -1 } }', 'x: [1, 3, 12, 10] as [1, 7, 51.4'],
    ['Permute', 'permute_param { order: 0 order: 0 }', 'x: order 0, 0, should name axes below 4 once each'],
    ['Flatten', 'flatten_param { axis: 2 end_axis: 1 }', 'x: axes 2 to 1 of 4, should be in order'],
    ['Softmax', 'softmax_param { axis: 4 }', 'x: axis 4, should be from -4 to 3'],
    ['Exp', 'exp_param { base: 0 }', 'x: base 0, should be above 0 and not 1'],
  ] as const) {
    it(`says what does not fit: ${message}`, () => {
      expect(() => one(type, params)).to.throw(ShapeError, message);
    });
  }
  it('keeps what training needs beside the graph', () => {
    const net = readNet(
      `${input} input: "label" input_dim: [1, 1, 12, 10]
      layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
              param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
              convolution_param { num_output: 4 kernel_size: 1 weight_filler { type: "gaussian" std: 0.01 } } }
      layer { name: "drop" type: "Dropout" bottom: "conv" top: "conv" dropout_param { dropout_ratio: 0.25 } }
      layer { name: "up" type: "Deconvolution" bottom: "conv" top: "up" param { lr_mult: 0 }
              convolution_param { num_output: 4 kernel_size: 4 stride: 2 pad: 1 bias_term: false } }
      layer { name: "score" type: "Crop" bottom: "up" bottom: "data" top: "score" crop_param { offset: 6 } }
      layer { name: "loss" type: "SoftmaxWithLoss" bottom: "score" bottom: "label" top: "loss"
              loss_weight: 0.5 loss_param { ignore_label: 255 normalize: false } }
      layer { name: "accuracy" type: "Accuracy" bottom: "score" bottom: "label" top: "accuracy" }
      layer { name: "silence" type: "Silence" bottom: "accuracy" }`,
      { phase: 'TRAIN' },
    );
    const { graph, training, skipped } = importCaffe(net, null);
    expect(graph.inputs.map(({ name }) => name)).to.eql(['data']);
    expect([...graph.outputs.keys()]).to.eql(['score']);
    const reads = [
      { blob: 'score', layer: 'score' },
      { blob: 'label', layer: null },
    ];
    expect(training.heads).to.eql([
      {
        name: 'loss',
        type: 'SoftmaxWithLoss',
        reads,
        weight: 0.5,
        ignoreLabel: 255,
        normalization: 'BATCH_SIZE',
        axis: 1,
      },
      {
        name: 'accuracy',
        type: 'Accuracy',
        reads,
        weight: 0,
        ignoreLabel: null,
        normalization: 'VALID',
        axis: 1,
      },
    ]);
    expect(training.dropouts).to.eql([{ name: 'drop', layer: 'conv', ratio: 0.25 }]);
    expect([...training.rates]).to.eql([
      ['conv.weight', { lr: 1, decay: 1 }],
      ['conv.bias', { lr: 2, decay: 0 }],
    ]);
    expect(training.fillers.get('conv.weight')).to.include({ type: 'gaussian', std: 0.01, mean: 0 });
    expect(skipped.map(({ name }) => name)).to.eql(['drop', 'loss', 'accuracy', 'silence']);
  });
  it('upsamples by the fixed filter where a Deconvolution never learns, and learns where it does', () => {
    const up = (lr: number) =>
      one(
        'Deconvolution',
        `param { lr_mult: ${lr} } convolution_param { num_output: 3 kernel_size: 4 stride: 2 bias_term: false }`,
      ).graph.node('x').kind;
    expect([up(0), up(1)]).to.eql(['upsample', 'conv_transpose2d']);
  });
  it('fills factors that never learn', () => {
    const { weights } = one(
      'Scale',
      'param { lr_mult: 0 } scale_param { filler { type: "constant" value: 0.5 } }',
    );
    expect([...weights.get('x.weight')!.data]).to.eql([0.5, 0.5, 0.5]);
    expect(one('Scale').weights.size).to.equal(0);
  });
  it('names weights that are missing or of other dims', () => {
    const conv = 'convolution_param { num_output: 2 kernel_size: 3 }';
    expect(() => one('Convolution', conv, model({}))).to.throw(
      WeightsError,
      'x.weight: the caffemodel has none, should have [2, 3, 3, 3]',
    );
    expect(() => one('Convolution', conv, model({ x: [blob([2, 1, 9, 3])] }))).to.throw(
      WeightsError,
      'x.weight: [2, 1, 9, 3], should be [2, 3, 3, 3]',
    );
    expect(() => one('Convolution', conv, model({ x: [blob([2, 3, 3, 3])] }))).to.throw(
      WeightsError,
      'x.bias: the caffemodel has none',
    );
  });
  it('crops as the file says, and where the maps lie when it says nothing', () => {
    const net = (param: string) =>
      readNet(`${input}
        layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 2 kernel_size: 3 pad: 9 stride: 4 } }
        layer { name: "up" type: "Deconvolution" bottom: "conv" top: "up" convolution_param { num_output: 2 group: 2 kernel_size: 7 stride: 4 } }
        layer { name: "score" type: "Crop" bottom: "up" bottom: "data" top: "score" ${param} }`);
    const numbers = model({ conv: [blob([2, 3, 3, 3]), blob([2])], up: [blob([2, 1, 7, 7]), blob([2])] });
    for (const [param, offset] of [
      ['crop_param { axis: 2 offset: 5 }', [5, 5]],
      ['crop_param { offset: [4, 6] }', [4, 6]],
      ['crop_param { axis: 2 }', [0, 0]],
      ['', [11, 11]],
    ] as const) {
      const { graph } = importCaffe(net(param), numbers);
      expect(graph.node('score').attrs).to.eql({ offset });
      expect(graph.node('up').attrs).to.deep.include({
        filter: { out: 2, in: 2, kernel: [7, 7], groups: 2, transposed: true },
      });
    }
  });
  it('says which blob a layer reads before it is made', () => {
    const net = readNet(`${input} layer { name: "relu" type: "ReLU" bottom: "conv9" top: "relu" }`);
    expect(() => importCaffe(net, null)).to.throw(
      ShapeError,
      "relu: reads 'conv9', which no layer before it makes",
    );
    expect(() => readNet(`${input} layer { name: 3 }`)).to.throw(
      FormatError,
      'name holds a number, should hold a string',
    );
  });
});
