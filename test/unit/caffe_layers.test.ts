import { expect } from 'chai';
import type { Shape } from '../../src/shape.js';
import type { CaffeModel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import type { WeightTensor } from '../../src/weights/weights.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

const DIMS = [2, 4, 6, 5] as const;
const [N, C, H, W] = DIMS;
const DATA = random(N * C * H * W, 3);
const SHAPE: Shape = { n: N, c: C, h: H, w: W };

type Index = readonly number[];
type Values = (...index: number[]) => number;

const x: Values = (n = 0, c = 0, h = 0, w = 0) => DATA[((n * C + c) * H + h) * W + w]!;

/** Values of a tensor in row-major order. */
function tensor(dims: Index, f: Values): number[] {
  const size = dims.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, i) => {
    let rest = i;
    const index = dims.toReversed().map((d) => {
      const at = rest % d;
      rest = (rest - at) / d;
      return at;
    });
    return f(...index.reverse());
  });
}

const range = (count: number): number[] => [...Array(count).keys()];
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variance = (values: readonly number[]): number => mean(values.map((v) => (v - mean(values)) ** 2));

/** A blob of a caffemodel. */
const blob = (data: Float32Array, ...dims: number[]): WeightTensor => ({ dims, data });

/** Runs layers that read `data` and make `y`, in float64. */
function run(
  layers: string,
  o: { blobs?: Record<string, WeightTensor[]>; phase?: 'TRAIN'; second?: Index } = {},
) {
  const model: CaffeModel | null = o.blobs
    ? {
        name: '',
        layers: Object.entries(o.blobs).map(([name, blobs]) => ({
          name,
          type: '',
          bottoms: [],
          tops: [],
          blobs,
        })),
      }
    : null;
  const second = o.second ? `input: "b" input_shape { dim: [${o.second}] }` : '';
  const text = `input: "data" input_shape { dim: [${DIMS}] } ${second} ${layers}`;
  const { graph, weights } = importCaffe(readNet(text, { phase: o.phase ?? 'TEST' }), model);
  const [n = 1, c = 1, h = 1, w = 1] = o.second ?? [];
  const other = { shape: { n, c, h, w }, data: random(n * c * h * w, 4) };
  const inputs = { data: { shape: SHAPE, data: DATA }, ...(o.second && { b: other }) };
  const maps = runGraph(graph, weights, inputs);
  return {
    other: other.data,
    graph,
    get: (name: string) => maps.get(graph.outputs.get(name)!.name)!,
  };
}

/** One layer of these parameters from `data` to `y`. */
const layer = (type: string, params = ''): string =>
  `layer { name: "l" type: "${type}" bottom: "data" top: "y" ${params} }`;

/** What a map of up to four axes is in memory. */
const shaped = ([n = 1, c = 1, h = 1, w = 1]: Index): Shape => ({ n, c, h, w });

function check(got: { shape: Shape; data: Float64Array }, dims: Index, f: Values): void {
  expect(got.shape).to.eql(shaped(dims));
  for (const [i, value] of tensor(dims, f).entries()) expect(got.data[i], `${i}`).to.be.closeTo(value, 1e-6);
}

const POINTWISE: readonly (readonly [type: string, params: string, f: (v: number) => number])[] = [
  ['AbsVal', '', Math.abs],
  ['BNLL', '', (v) => Math.log1p(Math.exp(v))],
  ['Clip', 'clip_param { min: -0.25 max: 0.5 }', (v) => Math.min(Math.max(v, -0.25), 0.5)],
  ['ELU', 'elu_param { alpha: 0.5 }', (v) => (v > 0 ? v : 0.5 * Math.expm1(v))],
  ['Exp', '', Math.exp],
  ['Exp', 'exp_param { base: 2 scale: 3 shift: 1 }', (v) => 2 ** (3 * v + 1)],
  ['Log', 'log_param { base: 10 scale: 0.5 shift: 2 }', (v) => Math.log10(0.5 * v + 2)],
  ['Power', 'power_param { power: 2 scale: 3 shift: -1 }', (v) => (3 * v - 1) ** 2],
  ['Power', 'power_param { power: 0.5 shift: 1.5 }', (v) => Math.sqrt(v + 1.5)],
  ['Power', 'power_param { power: -3 shift: 2 }', (v) => (v + 2) ** -3],
  ['ReLU', 'relu_param { negative_slope: 0.1 }', (v) => (v > 0 ? v : 0.1 * v)],
  ['Sigmoid', '', (v) => 1 / (1 + Math.exp(-v))],
  ['Swish', 'swish_param { beta: 2 }', (v) => v / (1 + Math.exp(-2 * v))],
  ['TanH', '', Math.tanh],
  ['Threshold', 'threshold_param { threshold: 0.25 }', (v) => (v > 0.25 ? 1 : 0)],
];

describe("caffe layers, by Caffe's definitions", () => {
  for (const [type, params, f] of POINTWISE)
    it(`${type} ${params}`, () => check(run(layer(type, params)).get('y'), DIMS, (...i) => f(x(...i))));

  it('LRN within a channel', () => {
    const param = 'lrn_param { norm_region: WITHIN_CHANNEL local_size: 3 alpha: 0.9 beta: 0.5 }';
    check(run(layer('LRN', param)).get('y'), DIMS, (n, c, h = 0, w = 0) => {
      // The mean counts padding only as far as Caffe's average pool does: all of it.
      const squares = [-1, 0, 1].flatMap((i) =>
        [-1, 0, 1].map((j) =>
          h + i < 0 || h + i >= H || w + j < 0 || w + j >= W ? 0 : x(n, c, h + i, w + j) ** 2,
        ),
      );
      return x(n, c, h, w) * (1 + 0.9 * mean(squares)) ** -0.5;
    });
  });
  it('MVN of each map, of each image, and without the variance', () => {
    const map = (n: number, c: number) => tensor([H, W], (h, w) => x(n, c, h!, w!));
    const image = (n: number) => tensor([C, H, W], (...i) => x(n, ...i));
    check(run(layer('MVN', 'mvn_param { eps: 0.1 }')).get('y'), DIMS, (n = 0, c = 0, ...i) => {
      const all = map(n, c);
      return (x(n, c, ...i) - mean(all)) / (Math.sqrt(variance(all)) + 0.1);
    });
    check(run(layer('MVN', 'mvn_param { across_channels: true }')).get('y'), DIMS, (n = 0, ...i) => {
      const all = image(n);
      return (x(n, ...i) - mean(all)) / Math.sqrt(variance(all));
    });
    check(
      run(layer('MVN', 'mvn_param { normalize_variance: false }')).get('y'),
      DIMS,
      (n = 0, c = 0, ...i) => x(n, c, ...i) - mean(map(n, c)),
    );
  });
  it('BatchNorm with the statistics of its input: where it says so, and in training', () => {
    const all = (c: number) => tensor([N, H, W], (n, h, w) => x(n!, c, h!, w!));
    const wanted: Values = (n, c = 0, ...i) =>
      (x(n!, c, ...i) - mean(all(c))) / Math.sqrt(variance(all(c)) + 0.01);
    const params = 'batch_norm_param { eps: 0.01 }';
    check(run(layer('BatchNorm', params), { phase: 'TRAIN' }).get('y'), DIMS, wanted);
    const own = layer('BatchNorm', 'batch_norm_param { eps: 0.01 use_global_stats: false }');
    check(run(own).get('y'), DIMS, wanted);
  });
  it('Slice into equal tops, and at points along any axis', () => {
    const tops = (type: string, count: number, params: string) =>
      `layer { name: "l" type: "${type}" bottom: "data" ${range(count)
        .map((i) => `top: "y${i}"`)
        .join(' ')} ${params} }`;
    const equal = run(tops('Slice', 2, ''));
    for (const i of [0, 1])
      check(equal.get(`y${i}`), [N, 2, H, W], (n, c = 0, ...p) => x(n!, c + 2 * i, ...p));
    const rows = run(tops('Slice', 3, 'slice_param { axis: 2 slice_point: [1, 4] }'));
    check(rows.get('y1'), [N, C, 3, W], (n, c, h = 0, w) => x(n!, c!, h + 1, w!));
    check(rows.get('y2'), [N, C, 2, W], (n, c, h = 0, w) => x(n!, c!, h + 4, w!));
    const images = run(tops('Slice', 2, 'slice_param { slice_dim: 0 }'));
    check(images.get('y1'), [1, C, H, W], (_, ...p) => x(1, ...p));
  });
  it('Concat and Tile along any axis', () => {
    for (const [axis, dims] of [
      [0, [2 * N, C, H, W]],
      [2, [N, C, 2 * H, W]],
      [-1, [N, C, H, 2 * W]],
    ] as const) {
      const bottoms = 'bottom: "data" bottom: "data"';
      const text = `layer { name: "l" type: "Concat" ${bottoms} top: "y" concat_param { axis: ${axis} } }`;
      const wanted: Values = (...i) => x(...i.map((at, k) => at % DIMS[k]!));
      check(run(text).get('y'), dims, wanted);
      check(run(layer('Tile', `tile_param { axis: ${axis} tiles: 2 }`)).get('y'), dims, wanted);
    }
  });
  it('Permute, Reshape and Flatten, one behind another', () => {
    check(
      run(layer('Permute', 'permute_param { order: [0, 2, 3, 1] }')).get('y'),
      [N, H, W, C],
      (n, h, w, c) => x(n!, c!, h!, w!),
    );
    check(run(layer('Permute', 'permute_param { order: 1 }')).get('y'), [C, N, H, W], (c, n, ...p) =>
      x(n!, c!, ...p),
    );
    const chain = run(`
      layer { name: "p" type: "Permute" bottom: "data" top: "p" permute_param { order: [0, 2, 3, 1] } }
      layer { name: "r" type: "Reshape" bottom: "p" top: "r" reshape_param { shape { dim: [0, -1, 2] } } }
      layer { name: "relu" type: "ReLU" bottom: "r" top: "y" }`);
    check(chain.get('y'), [N, (H * W * C) / 2, 2], (n, i = 0, j = 0) => {
      const at = 2 * i + j;
      return Math.max(0, x(n!, at % C, Math.floor(at / C / W), Math.floor(at / C) % W));
    });
    const flat = run(layer('Flatten', 'flatten_param { axis: 0 end_axis: 1 }')).get('y');
    check(flat, [N * C, H, W], (i = 0, ...p) => x(Math.floor(i / C), i % C, ...p));
    const within = run(layer('Reshape', 'reshape_param { shape { dim: [2, -1] } axis: 1 num_axes: 1 }'));
    const five = within.get('y');
    expect(five.shape).to.eql({ n: N, c: 2, h: 2, w: H * W });
    expect([...five.data]).to.eql([...DATA].map(Number));
  });
  it('changes of sizes alone add no layer', () => {
    const { graph, skipped } = importCaffe(
      readNet(`input: "data" input_shape { dim: [${DIMS}] }
        layer { name: "a" type: "Reshape" bottom: "data" top: "a" reshape_param { shape { dim: [0, 2, -1] } } }
        layer { name: "b" type: "ReLU" bottom: "a" top: "b" }
        layer { name: "c" type: "Flatten" bottom: "b" top: "c" }
        layer { name: "d" type: "Reshape" bottom: "c" top: "d" reshape_param { shape { dim: [0, ${C}, ${H}, -1] } } }`),
      null,
    );
    expect(graph.nodes.map(({ name, kind }) => `${name} ${kind}`)).to.eql(['data input', 'b activation']);
    expect(graph.inputs[0]!.size).to.equal(null);
    expect(skipped.map(({ name }) => name)).to.eql(['a', 'c', 'd']);
  });
  it('keeps the size that a new order of axes needs, and the number of images where it mixes them', () => {
    const input = (params: string) => {
      const { graph } = importCaffe(
        readNet(`input: "data" input_shape { dim: [${DIMS}] } ${layer('Permute', params)}`),
        null,
      );
      return [graph.inputs[0]!.size, graph.inputs[0]!.batch];
    };
    expect(input('permute_param { order: [0, 2, 3, 1] }')).to.eql([[H, W], null]);
    expect(input('permute_param { order: [1, 0] }')).to.eql([[H, W], N]);
  });
  it('Softmax along any axis', () => {
    for (const axis of [1, 2, 3]) {
      const wanted: Values = (...i) => {
        const along = range(DIMS[axis]!).map((at) => Math.exp(x(...i.with(axis, at))));
        return Math.exp(x(...i)) / sum(along);
      };
      check(run(layer('Softmax', `softmax_param { axis: ${axis} }`)).get('y'), DIMS, wanted);
    }
  });
  it('ArgMax along an axis, and of each image, with the value', () => {
    const first = (values: number[]) => values.indexOf(Math.max(...values));
    const along = run(layer('ArgMax', 'argmax_param { axis: 1 }')).get('y');
    check(along, [N, 1, H, W], (n, _, ...p) => first(range(C).map((c) => x(n!, c, ...p))));
    const value = run(layer('ArgMax', 'argmax_param { axis: 2 out_max_val: true }')).get('y');
    check(value, [N, C, 1, W], (n, c, _, w) => Math.max(...range(H).map((h) => x(n!, c!, h, w!))));
    const image = (n: number) => tensor([C, H, W], (...i) => x(n, ...i));
    check(run(layer('ArgMax')).get('y'), [N, 1, 1], (n) => first(image(n!)));
    const both = run(layer('ArgMax', 'argmax_param { out_max_val: true }')).get('y');
    check(both, [N, 2, 1], (n, i) => (i === 0 ? first(image(n!)) : Math.max(...image(n!))));
  });
  it('Reduction from an axis on', () => {
    const params = (operation: string, axis: number) =>
      `reduction_param { operation: ${operation} axis: ${axis} coeff: 0.5 }`;
    const rows = (...i: number[]) => range(W).map((w) => x(...i, w));
    check(
      run(layer('Reduction', params('ASUM', 3))).get('y'),
      [N, C, H],
      (...i) => 0.5 * sum(rows(...i).map(Math.abs)),
    );
    const images = run(layer('Reduction', params('SUMSQ', 1))).get('y');
    check(images, [N], (n) => 0.5 * sum(tensor([C, H, W], (...i) => x(n!, ...i) ** 2)));
    check(run(layer('Reduction', 'reduction_param { operation: MEAN }')).get('y'), [], () => mean([...DATA]));
  });
  it('Interp by zoom, by shrink, by size and by another blob, with corners aligned', () => {
    const wanted =
      (h: number, w: number, top = 0): Values =>
      (n, c, i = 0, j = 0) => {
        const [rows, columns] = [H - top, W - top];
        const [y, z] = [h > 1 ? (i * (rows - 1)) / (h - 1) : 0, w > 1 ? (j * (columns - 1)) / (w - 1) : 0];
        const [a, b] = [Math.min(Math.floor(y), rows - 1), Math.min(Math.floor(z), columns - 1)];
        const at = (p: number, q: number) =>
          x(n!, c!, Math.min(p, rows - 1) + top, Math.min(q, columns - 1) + top);
        const mix = (p: number, q: number, t: number) => p + (q - p) * t;
        return mix(mix(at(a, b), at(a, b + 1), z - b), mix(at(a + 1, b), at(a + 1, b + 1), z - b), y - a);
      };
    for (const [params, h, w] of [
      ['zoom_factor: 2', 11, 9],
      ['shrink_factor: 2', 3, 3],
      ['shrink_factor: 2 zoom_factor: 3', 7, 7],
      ['height: 4 width: 9', 4, 9],
    ] as const)
      check(run(layer('Interp', `interp_param { ${params} }`)).get('y'), [N, C, h, w], wanted(h, w));
    const cut = run(layer('Interp', 'interp_param { height: 9 width: 8 pad_beg: -1 }'));
    check(cut.get('y'), [N, C, 9, 8], wanted(9, 8, 1));
    const like = 'layer { name: "l" type: "Interp" bottom: "data" bottom: "b" top: "y" }';
    check(run(like, { second: [N, 1, 7, 3] }).get('y'), [N, C, 7, 3], wanted(7, 3));
  });
  it('InnerProduct of rows, and with transposed weights', () => {
    const ip = (params: string) => layer('InnerProduct', `inner_product_param { num_output: 3 ${params} }`);
    const [w, b] = [random(3 * W, 7), random(3, 8)];
    const rows = run(ip('axis: 3'), { blobs: { l: [blob(w, 3, W), blob(b, 3)] } }).get('y');
    check(
      rows,
      [N, C, H, 3],
      (n, c, h, o = 0) => b[o]! + sum(range(W).map((i) => w[o * W + i]! * x(n!, c!, h!, i))),
    );
    const size = C * H * W;
    const turned = random(3 * size, 9);
    const whole = run(ip('transpose: true bias_term: false'), { blobs: { l: [blob(turned, size, 3)] } }).get(
      'y',
    );
    check(whole, [N, 3], (n = 0, o = 0) =>
      sum(range(size).map((i) => turned[i * 3 + o]! * DATA[n * size + i]!)),
    );
  });
  it('Scale and Bias by another blob, by one number and over several axes', () => {
    const two = (type: string, params: string) =>
      `layer { name: "l" type: "${type}" bottom: "data" bottom: "b" top: "y" ${params} }`;
    const images = run(two('Scale', 'scale_param { axis: 0 }'), { second: [N, C] });
    check(images.get('y'), DIMS, (n = 0, c = 0, ...p) => x(n, c, ...p) * images.other[n * C + c]!);
    const columns = run(two('Bias', 'bias_param { axis: 3 }'), { second: [W] });
    check(columns.get('y'), DIMS, (...i) => x(...i) + columns.other[i[3]!]!);
    const one = run(layer('Scale', 'scale_param { num_axes: 0 }'), {
      blobs: { l: [blob(Float32Array.of(-2))] },
    });
    check(one.get('y'), DIMS, (...i) => -2 * x(...i));
    const own = random(C * H, 5);
    const planes = run(layer('Scale', 'scale_param { num_axes: 2 }'), { blobs: { l: [blob(own, C, H)] } });
    check(planes.get('y'), DIMS, (n, c = 0, h = 0, w) => x(n!, c, h, w!) * own[c * H + h]!);
  });
  it('Eltwise products, maxima and weighted sums of several', () => {
    const three = (params: string) =>
      run(
        `layer { name: "r" type: "ReLU" bottom: "data" top: "r" }
         layer { name: "l" type: "Eltwise" bottom: "data" bottom: "r" bottom: "data" top: "y" eltwise_param { ${params} } }`,
      ).get('y');
    const relu: Values = (...i) => Math.max(0, x(...i));
    check(three('operation: PROD'), DIMS, (...i) => x(...i) ** 2 * relu(...i));
    check(three('operation: MAX'), DIMS, relu);
    check(three('coeff: [1, -2, 0.5]'), DIMS, (...i) => 1.5 * x(...i) - 2 * relu(...i));
  });
  it('Pooling of whole maps, and with the places of the winners', () => {
    const whole = run(layer('Pooling', 'pooling_param { global_pooling: true }')).get('y');
    check(whole, [N, C, 1, 1], (n, c) => Math.max(...tensor([H, W], (h, w) => x(n!, c!, h!, w!))));
    const text = `layer { name: "l" type: "Pooling" bottom: "data" top: "y" top: "mask" pooling_param { kernel_size: 3 stride: 3 } }`;
    const pool = run(text);
    const window = (h: number, w: number) =>
      tensor([3, 3], (i, j) => (3 * h + i!) * W + 3 * w + j!).filter((at) => at % W >= 3 * w);
    check(pool.get('mask'), [N, C, 2, 2], (n, c, h, w) => {
      const places = window(h!, w!);
      const values = places.map((at) => x(n!, c!, Math.floor(at / W), at % W));
      return places[values.indexOf(Math.max(...values))]!;
    });
  });
  it('Crop of channels too', () => {
    const crop =
      'layer { name: "l" type: "Crop" bottom: "data" bottom: "b" top: "y" crop_param { axis: 1 offset: [1, 2, 0] } }';
    check(run(crop, { second: [N, 2, 3, 4] }).get('y'), [N, 2, 3, 4], (n, c = 0, h = 0, w) =>
      x(n!, c + 1, h + 2, w!),
    );
  });
});
