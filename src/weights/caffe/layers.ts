import { ShapeError, UnsupportedError } from '../../errors.js';
import type { Graph } from '../../graph/builder.js';
import type { Node } from '../../graph/node.js';
import { isBilinear } from '../../lower/bilinear.js';
import { batchNormScale } from '../../ops/batch_norm.js';
import type { Pair } from '../../shape.js';
import type { CaffeLayer } from './net.js';

/** One layer on its way into a graph. */
export interface LayerImport {
  readonly graph: Graph;
  readonly layer: CaffeLayer;
  /** Its name in the graph: its own, or with a number behind it where that is taken. */
  readonly name: string;
  readonly inputs: readonly Node[];
  /** The Scale behind a BatchNorm that does its affine half, or null. */
  readonly scale: CaffeLayer | null;
  /**
   * The numbers of blob `index` of this layer or another, null where there is no caffemodel.
   * @throws WeightsError where the blob is missing or of dims other than one of `dims`, whatever ones lead it.
   */
  blob(index: number, dims: readonly (readonly number[])[], of?: CaffeLayer): Float32Array | null;
  /** Gives the layer's node a tensor `<name>.<part>`. */
  weights(part: 'weight' | 'bias', dims: readonly number[], data: Float32Array | null): void;
}

const refuse = ({ layer }: LayerImport, what: string): never => {
  throw new UnsupportedError(`${layer.name}: ${layer.type} ${what}`);
};

const onlyInput = (c: LayerImport): Node => {
  if (c.inputs.length !== 1) refuse(c, `of ${c.inputs.length} bottoms does not run, should have one`);
  return c.inputs[0]!;
};

/** Refuses any axis but the channels. */
function channelAxis(c: LayerImport, ...fields: string[]): void {
  for (const field of fields) {
    const axis = c.layer.params.number(field) ?? 1;
    if (axis !== 1) refuse(c, `along ${field} ${axis} does not run, should be 1`);
  }
}

/** `kernel_size: 3`, `kernel_size: 3 kernel_size: 5`, or `kernel_h: 3 kernel_w: 5`. */
function spatial({ layer }: LayerImport, field: string, stem: string, otherwise: number | null): Pair {
  const { params } = layer;
  const values = params.sizes(field);
  const [h, w] = [params.size(`${stem}_h`), params.size(`${stem}_w`)];
  if (h !== undefined && w !== undefined && values.length === 0) return [h, w];
  const [y, x = y] = values.length === 0 && otherwise !== null ? [otherwise] : values;
  if (y === undefined || x === undefined || values.length > 2 || h !== undefined || w !== undefined)
    throw new ShapeError(
      `${layer.name}: ${field} [${values}], ${stem}_h ${h} and ${stem}_w ${w}, should be ${field} or both others`,
    );
  return [y, x];
}

const outputs = ({ layer }: LayerImport): number =>
  layer.params.size('num_output') ??
  (() => {
    throw new ShapeError(`${layer.name}: no num_output, should be the number of its channels`);
  })();

/** Convolution and Deconvolution; the filter of the latter is [in, out/groups, kh, kw]. */
function convolution(c: LayerImport): Node {
  const x = onlyInput(c);
  channelAxis(c, 'axis');
  const { params } = c.layer;
  const transposed = c.layer.type === 'Deconvolution';
  const out = outputs(c);
  const groups = params.size('group') ?? 1;
  const bias = params.boolean('bias_term') ?? true;
  const kernel = spatial(c, 'kernel_size', 'kernel', null);
  const options = {
    out,
    kernel,
    groups,
    bias,
    stride: spatial(c, 'stride', 'stride', 1),
    pad: spatial(c, 'pad', 'pad', 0),
    dilation: spatial(c, 'dilation', 'dilation', 1),
  };
  const dims = transposed ? [x.channels, out / groups, ...kernel] : [out, x.channels / groups, ...kernel];
  const weights = c.blob(0, [dims]);
  // Files hold FCN's fixed upsampling as a dense filter, all zeros but for its diagonal.
  const filter = { out, in: x.channels, kernel, groups, transposed };
  if (transposed && !bias && weights && options.dilation.every((d) => d === 1) && isBilinear(weights, filter))
    return c.graph.upsample(c.name, x, { kernel, stride: options.stride, pad: options.pad });
  const node = transposed ? c.graph.convTranspose(c.name, x, options) : c.graph.conv(c.name, x, options);
  c.weights('weight', dims, weights);
  if (bias) c.weights('bias', [out], c.blob(1, [[out]]));
  return node;
}

function innerProduct(c: LayerImport): Node {
  const x = onlyInput(c);
  channelAxis(c, 'axis');
  const { params } = c.layer;
  if (params.boolean('transpose')) refuse(c, 'with transposed weights does not run');
  const out = outputs(c);
  const bias = params.boolean('bias_term') ?? true;
  const node = c.graph.innerProduct(c.name, x, { out, bias });
  const [h, w] = x.size!;
  const dims = [out, x.channels, h, w];
  c.weights('weight', dims, c.blob(0, [[out, x.channels * h * w], dims]));
  if (bias) c.weights('bias', [out], c.blob(1, [[out]]));
  return node;
}

function pooling(c: LayerImport): Node {
  const x = onlyInput(c);
  const { params } = c.layer;
  const pool = params.word('pool') ?? 'MAX';
  if (params.boolean('global_pooling'))
    return pool === 'AVE'
      ? c.graph.globalAvgPool(c.name, x)
      : refuse(c, `${pool} over the whole map does not run`);
  const pad = spatial(c, 'pad', 'pad', 0);
  const options = {
    kernel: spatial(c, 'kernel_size', 'kernel', null),
    stride: spatial(c, 'stride', 'stride', 1),
    pad,
    ceil: (params.word('round_mode') ?? 'CEIL') === 'CEIL',
    clip: pad[0] > 0 || pad[1] > 0,
  };
  if (pool === 'MAX') return c.graph.maxPool(c.name, x, options);
  if (pool === 'AVE') return c.graph.avgPool(c.name, x, { ...options, countPad: true });
  return refuse(c, `${pool} does not run, should be MAX or AVE`);
}

function relu(c: LayerImport): Node {
  return c.graph.relu(c.name, onlyInput(c), c.layer.params.number('negative_slope'));
}

function prelu(c: LayerImport): Node {
  const x = onlyInput(c);
  const { channels } = x;
  const shared = c.layer.params.boolean('channel_shared') ?? false;
  const slopes = c.blob(0, [[shared ? 1 : channels]]);
  c.weights('weight', [channels], slopes && shared ? new Float32Array(channels).fill(slopes[0]!) : slopes);
  return c.graph.prelu(c.name, x);
}

function lrn(c: LayerImport): Node {
  const { params } = c.layer;
  const region = params.word('norm_region') ?? 'ACROSS_CHANNELS';
  if (region !== 'ACROSS_CHANNELS') refuse(c, `${region} does not run, should be ACROSS_CHANNELS`);
  return c.graph.lrn(c.name, onlyInput(c), {
    size: params.size('local_size') ?? 5,
    alpha: params.number('alpha') ?? 1,
    beta: params.number('beta') ?? 0.75,
    k: params.number('k') ?? 1,
  });
}

function eltwise(c: LayerImport): Node {
  const operation = c.layer.params.word('operation') ?? 'SUM';
  if (operation !== 'SUM') refuse(c, `${operation} does not run, should be SUM`);
  const coefficients = c.layer.params.numbers('coeff');
  return c.graph.sum(c.name, c.inputs, coefficients.length > 0 ? coefficients : undefined);
}

function concat(c: LayerImport): Node {
  channelAxis(c, 'axis', 'concat_dim');
  return c.inputs.length === 1 ? c.inputs[0]! : c.graph.concat(c.name, c.inputs);
}

/**
 * Caffe crops at 0 where `crop_param` gives no offset. A Crop without any is of the branch of Caffe that FCN
 * came with: there the offset follows from where the maps lie.
 */
function crop(c: LayerImport): Node {
  const [x, like] = c.inputs;
  if (!x || !like || c.inputs.length > 2)
    return refuse(c, `of ${c.inputs.length} bottoms does not run, should have two`);
  const { params } = c.layer;
  const axis = params.number('axis') ?? 2;
  if (axis !== 2) refuse(c, `from axis ${axis} on does not run, should be 2`);
  if (!params.has('axis') && !params.has('offset')) return c.graph.crop(c.name, x, like);
  const [top = 0, left = top, ...more] = params.sizes('offset');
  if (more.length > 0) refuse(c, `of ${more.length + 2} offsets does not run, should have one or two`);
  return c.graph.crop(c.name, x, like, [top, left]);
}

function softmax(c: LayerImport): Node {
  channelAxis(c, 'axis');
  return c.graph.softmax(c.name, onlyInput(c));
}

/** y = x * weight + bias per channel. */
function affine(c: LayerImport, weight: Float32Array | null, bias: Float32Array | null | undefined): Node {
  const x = onlyInput(c);
  const { channels } = x;
  c.weights('weight', [channels], weight);
  if (bias !== undefined) c.weights('bias', [channels], bias);
  return c.graph.scale(c.name, x, { bias: bias !== undefined });
}

const filled = (c: LayerImport, value: number): Float32Array =>
  new Float32Array(onlyInput(c).channels).fill(value);

function scale(c: LayerImport): Node {
  channelAxis(c, 'axis', 'num_axes');
  const channels = [[onlyInput(c).channels]];
  const bias = c.layer.params.boolean('bias_term') ?? false;
  return affine(c, c.blob(0, channels), bias ? c.blob(1, channels) : undefined);
}

function bias(c: LayerImport): Node {
  channelAxis(c, 'axis', 'num_axes');
  return affine(c, filled(c, 1), c.blob(0, [[onlyInput(c).channels]]));
}

function power(c: LayerImport): Node {
  const { params } = c.layer;
  const exponent = params.number('power') ?? 1;
  if (exponent !== 1) refuse(c, `of ${exponent} does not run, should be 1`);
  return affine(c, filled(c, params.number('scale') ?? 1), filled(c, params.number('shift') ?? 0));
}

/** Means and variances that the file holds as sums, with the factor that divides them as a third blob. */
function batchNorm(c: LayerImport): Node {
  const { params } = c.layer;
  if (params.boolean('use_global_stats') === false)
    refuse(c, 'with the statistics of its input does not run');
  const channels = [[onlyInput(c).channels]];
  const affineBias = c.scale?.params.boolean('bias_term') ?? false;
  const [mean, variance, factor] = [c.blob(0, channels), c.blob(1, channels), c.blob(2, [[1]])];
  if (!mean || !variance || !factor) return affine(c, null, null);
  const divide = (sums: Float32Array) =>
    Float64Array.from(sums, (sum) => (factor[0] === 0 ? 0 : sum / factor[0]!));
  const folded = batchNormScale(
    c.scale && c.blob(0, channels, c.scale),
    c.scale && affineBias ? c.blob(1, channels, c.scale) : null,
    divide(mean),
    divide(variance),
    params.number('eps') ?? 1e-5,
  );
  return affine(c, folded.scale, folded.bias);
}

/** How each type of layer becomes a node. Identities and what training needs are not among them. */
export const LAYERS: ReadonlyMap<string, (c: LayerImport) => Node> = new Map([
  ['BatchNorm', batchNorm],
  ['Bias', bias],
  ['Concat', concat],
  ['Convolution', convolution],
  ['Crop', crop],
  ['Deconvolution', convolution],
  ['Eltwise', eltwise],
  ['InnerProduct', innerProduct],
  ['LRN', lrn],
  ['PReLU', prelu],
  ['Pooling', pooling],
  ['Power', power],
  ['ReLU', relu],
  ['Scale', scale],
  ['Sigmoid', (c: LayerImport) => c.graph.sigmoid(c.name, onlyInput(c))],
  ['Softmax', softmax],
]);
