import type { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { Attrs } from '../../src/graph/kinds.js';
import type { LayerKind, Node } from '../../src/graph/node.js';
import { bilinearFilter } from '../../src/lower/bilinear.js';
import { conv2dShape } from '../../src/ops/conv2d.js';
import { type Pair, pair, type Shape } from '../../src/shape.js';
import type { Weights } from '../../src/weights/weights.js';
import * as arithmetic from './arithmetic.js';
import { avgPool, globalAvgPool } from './avg_pool.js';
import { lrn, softmax } from './channels.js';
import { convTranspose2d } from './conv_transpose2d.js';
import { conv2d } from './conv2d.js';
import { innerProduct } from './inner_product.js';
import { maxPool } from './max_pool.js';
import { activation, prelu, scale, sum } from './pointwise.js';
import { resize } from './resize.js';
import * as tensor from './tensor.js';

interface Operands {
  readonly xs: readonly Float64Array[];
  readonly shapes: readonly Shape[];
  readonly y: Shape;
  readonly get: (name: string) => Float32Array;
  /** Whether batch norms take the batch's statistics, as in training. */
  readonly training: boolean;
}

const map = (t: Operands, i: number): arithmetic.Planar => ({ shape: t.shapes[i]!, data: t.xs[i]! });
const maps = (t: Operands): arithmetic.Planar[] => t.xs.map((_, i) => map(t, i));

/** The bilinear filter as weights of a transposed convolution with a group per channel. */
function bilinearWeights(channels: number, [kh, kw]: Pair): Float64Array {
  const [rows, columns] = [bilinearFilter(kh), bilinearFilter(kw)];
  return Float64Array.from({ length: channels * kh * kw }, (_, i) => {
    const tap = i % (kh * kw);
    return rows[Math.floor(tap / kw)]! * columns[tap % kw]!;
  });
}

/** The window of x from `offset`, of y's size. */
function crop(x: Float64Array, xs: Shape, y: Shape, [top, left]: Pair): Float64Array {
  return Float64Array.from({ length: y.n * y.c * y.h * y.w }, (_, i) => {
    const plane = Math.floor(i / (y.h * y.w));
    const [oy, ox] = [Math.floor(i / y.w) % y.h, i % y.w];
    return x[(plane * xs.h + oy + top) * xs.w + ox + left]!;
  });
}

/** Mean and variance of each channel over images and pixels. */
function statistics(x: Float64Array, { n, c, h, w }: Shape): [mean: Float64Array, variance: Float64Array] {
  const area = h * w;
  const mean = new Float64Array(c);
  const variance = new Float64Array(c);
  const channel = (i: number) => Math.floor(i / area) % c;
  for (const [i, v] of x.entries()) mean[channel(i)]! += v / (n * area);
  for (const [i, v] of x.entries()) variance[channel(i)]! += (v - mean[channel(i)]!) ** 2 / (n * area);
  return [mean, variance];
}

const TWINS: { readonly [K in Exclude<LayerKind, 'input'>]: (t: Operands, attrs: Attrs[K]) => Float64Array } =
  {
    conv2d(t, { filter, options: { pool, ...options }, bias }) {
      const [x] = t.shapes;
      const y = conv2d(t.xs[0]!, x!, t.get('weight'), filter, bias ? t.get('bias') : null, options);
      if (!pool) return y;
      return maxPool(y, conv2dShape('conv2d', x!, filter, options), { kernel: 2, stride: 2, ...pool }).y;
    },
    conv_transpose2d: (t, { filter, options, bias }) =>
      convTranspose2d(t.xs[0]!, t.shapes[0]!, t.get('weight'), filter, bias ? t.get('bias') : null, options),
    upsample(t, { options: { kernel, ...options } }) {
      const { c } = t.shapes[0]!;
      const filter = { out: c, in: c, kernel: pair(kernel), groups: c, transposed: true };
      return convTranspose2d(t.xs[0]!, t.shapes[0]!, bilinearWeights(c, pair(kernel)), filter, null, options);
    },
    crop: (t, { offset }) => crop(t.xs[0]!, t.shapes[0]!, t.y, offset),
    crop_sum: (t, { offset }) => sum([t.xs[0]!, crop(t.xs[1]!, t.shapes[1]!, t.y, offset)], [1, 1]),
    inner_product(t, { out, bias, relu }) {
      const y = innerProduct(t.xs[0]!, t.y.n, t.get('weight'), out, bias ? t.get('bias') : null);
      return relu ? activation(y, { kind: 'relu' }) : y;
    },
    max_pool: (t, options) => maxPool(t.xs[0]!, t.shapes[0]!, options).y,
    avg_pool: (t, options) => avgPool(t.xs[0]!, t.shapes[0]!, options),
    global_avg_pool: (t) => globalAvgPool(t.xs[0]!, t.shapes[0]!),
    activation: (t, f) => activation(t.xs[0]!, f),
    prelu: (t) => prelu(t.xs[0]!, t.y, t.get('weight')),
    scale: (t, { bias }) => scale(t.xs[0]!, t.y, t.get('weight'), bias ? t.get('bias') : null),
    batch_norm(t, { epsilon }) {
      const [weight, bias] = ['weight', 'bias'].map(t.get);
      const stored = () => ['running_mean', 'running_var'].map(t.get);
      const [mean, variance] = t.training ? statistics(t.xs[0]!, t.y) : stored();
      const area = t.y.h * t.y.w;
      return t.xs[0]!.map((v, i) => {
        const c = Math.floor(i / area) % t.y.c;
        return ((v - mean![c]!) / Math.sqrt(variance![c]! + epsilon)) * weight![c]! + bias![c]!;
      });
    },
    lrn: (t, options) => lrn(t.xs[0]!, t.y, options),
    resize: (t, options) => resize(t.xs[0]!, t.shapes[0]!, options),
    resize_to: (t, options) => resize(t.xs[0]!, t.shapes[0]!, { ...options, size: t.y }),
    softmax: (t, options) => softmax(t.xs[0]!, t.y, options.log ?? false),
    sum(t, { coefficients, relu }) {
      const y = sum(t.xs, coefficients ?? t.xs.map(() => 1));
      return relu ? activation(y, { kind: 'relu' }) : y;
    },
    concat: (t, { axis = 'c' }) => tensor.concat(maps(t), axis, t.y),
    constant: (t) => Float64Array.from(t.get('value')),
    binary: (t, { op }) => arithmetic.binary(op, map(t, 0), map(t, 1), t.y),
    select: (t) => arithmetic.select(map(t, 0), map(t, 1), map(t, 2), t.y),
    reduce: (t, options) => arithmetic.reduce(map(t, 0), options, t.y),
    argmax: (t, options) => arithmetic.argmax(map(t, 0), options, t.y),
    one_hot: (t, options) => arithmetic.oneHot(map(t, 0), options, t.y),
    max_pool_index(t, { order = 'row', ...options }) {
      const { h, w } = t.shapes[0]!;
      const { winner } = maxPool(t.xs[0]!, t.shapes[0]!, options);
      return Float64Array.from(winner, (i) => (order === 'row' ? i : (i % w) * h + Math.floor(i / w)));
    },
    rearrange: (t, options) => tensor.rearrange(map(t, 0), options),
    pad: (t, options) => tensor.pad(map(t, 0), options, t.y),
    slice: (t, options) => tensor.slice(map(t, 0), options, t.y),
    take: (t, options) => tensor.take(map(t, 0), options, t.y),
    matmul: (t) => tensor.matmul(map(t, 0), map(t, 1), t.y),
    max_unpool: (t) => tensor.maxUnpool(map(t, 0), map(t, 1), t.y),
    grid_sample: (t, options) => tensor.gridSample(map(t, 0), map(t, 1), options, t.y),
  };

/**
 * Runs a whole graph in float64 over planar data, layer by layer as it is written, and returns every map.
 * @param o.training whether batch norms take the batch's statistics instead of stored ones
 */
export function runGraph(
  graph: Graph,
  weights: Weights,
  inputs: Readonly<Record<string, { shape: Shape; data: ArrayLike<number> }>>,
  { training = false }: { readonly training?: boolean } = {},
): Map<string, { shape: Shape; data: Float64Array }> {
  const shapes = inferShapes(graph, Object.fromEntries(Object.entries(inputs).map(([k, v]) => [k, v.shape])));
  const maps = new Map<Node, Float64Array>();
  for (const node of graph.nodes) {
    const t: Operands = {
      xs: node.inputs.map((x) => maps.get(x)!),
      shapes: node.inputs.map((x) => shapes.get(x)!),
      y: shapes.get(node)!,
      get: (name) => weights.get(`${node.name}.${name}`)!.data,
      training,
    };
    if (node.kind === 'input') {
      maps.set(node, Float64Array.from(inputs[node.name]!.data));
      continue;
    }
    const twin = TWINS[node.kind as keyof typeof TWINS] as (t: Operands, attrs: unknown) => Float64Array;
    maps.set(node, twin(t, node.attrs));
  }
  return new Map([...maps].map(([node, data]) => [node.name, { shape: shapes.get(node)!, data }]));
}
