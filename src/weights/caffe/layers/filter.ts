import type { Node } from '../../../graph/node.js';
import { isBilinear } from '../../../lower/bilinear.js';
import { type Blob, mapOf, product, rowMajor, shapeOf } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';

/**
 * Convolution, which other branches of Caffe name differently where it has a group per channel, and
 * Deconvolution, whose filter is [in, out/groups, kh, kw].
 */
const convolution: LayerType = (c) => {
  const { x, params } = c;
  c.channelAxis('axis');
  if (c.rank() !== 4) c.refuse(`of a blob of ${c.rank()} axes does not run, should have 4`);
  const transposed = c.layer.type === 'Deconvolution';
  const out = c.count('num_output');
  const groups = c.count('group', 1);
  if (out % groups !== 0 || x.channels % groups !== 0)
    c.bad(`${groups} groups of ${x.channels} inputs and ${out} outputs, should divide both`);
  const bias = params.boolean('bias_term') ?? true;
  const kernel = c.spatial('kernel_size', 'kernel', null);
  const options = {
    out,
    kernel,
    groups,
    bias,
    stride: c.spatial('stride', 'stride', 1),
    pad: c.spatial('pad', 'pad', 0, 0),
    dilation: c.spatial('dilation', 'dilation', 1),
  };
  const dims = transposed ? [x.channels, out / groups, ...kernel] : [out, x.channels / groups, ...kernel];
  const weights = c.numbers(0, dims);
  if (transposed && upsamples(c, x, weights, options)) {
    const { stride, pad } = options;
    return c.images(c.to.graph.upsample(c.name, x, { kernel, stride, pad }));
  }
  const node = transposed
    ? c.to.graph.convTranspose(c.name, x, options)
    : c.to.graph.conv(c.name, x, options);
  c.give('weight', dims, weights);
  if (bias) c.give('bias', [out], c.numbers(1, [out]));
  return c.images(node);
};

/**
 * Whether a Deconvolution is FCN's fixed upsampling. Files hold it as a dense filter, all zeros but for its
 * diagonal; nets without numbers as one that never learns, which the authors' surgery fills.
 */
function upsamples(
  { layer }: LayerImport,
  x: Node,
  weights: Float32Array | null,
  o: {
    out: number;
    kernel: readonly [number, number];
    groups: number;
    bias: boolean;
    dilation: readonly number[];
  },
): boolean {
  if (o.bias || o.out !== x.channels || o.dilation.some((d) => d !== 1)) return false;
  const filter = { out: o.out, in: x.channels, kernel: o.kernel, groups: o.groups, transposed: true };
  return weights ? isBilinear(weights, filter) : layer.rates[0]?.lr === 0;
}

/** Numbers of [K, out] as [out, K]. */
function turned(weights: Float32Array, out: number): Float32Array {
  const k = weights.length / out;
  return weights.map((_, i) => weights[(i % k) * out + Math.floor(i / k)]!);
}

const innerProduct: LayerType = (c) => {
  const axis = c.axis('axis', 1);
  const out = c.count('num_output');
  const bias = c.params.boolean('bias_term') ?? true;
  const transposed = c.params.boolean('transpose') ?? false;
  if (axis === 0) c.refuse('over its images does not run, axis should be at least 1');
  const weights = (k: number, shape: readonly number[]) => {
    const found = c.numbers(0, ...(transposed ? [[k, out]] : [[out, k], shape]));
    return found && transposed ? turned(found, out) : found;
  };
  const own = () => c.numbers(1, [out]);
  if (axis > 1) return alongRows(c, axis, out, bias, weights, own);
  const { input } = c;
  // Weights are in planar order, whatever sizes the numbers are under, as long as images stay apart.
  const together = !input.dims || shapeOf(input.node).n === input.dims[0];
  const x = together ? input.node : c.map(input);
  const node = c.to.graph.innerProduct(c.name, x, { out, bias });
  const shape = [out, x.channels, ...x.size!];
  c.give('weight', shape, weights(product(shape) / out, shape));
  if (bias) c.give('bias', [out], own());
  return c.blob(node, [shapeOf(node).n, out]);
};

/** An inner product of each row that the axes from `axis` on make: a convolution with rows for pixels. */
function alongRows(
  c: LayerImport,
  axis: number,
  out: number,
  bias: boolean,
  weights: (k: number, shape: readonly number[]) => Float32Array | null,
  own: () => Float32Array | null,
): Blob {
  const dims = c.dims();
  const [n = 1, k, rows] = [dims[0], product(dims.slice(axis)), product(dims.slice(1, axis))];
  const [images, each, along] = rowMajor([n, rows, k]);
  const columns = c.to.arrange(`${c.name}/rows`, c.x, [images!, along!, each!], mapOf([n, k, rows]));
  const shape = [out, k, 1, 1];
  const conv = c.to.graph.conv(`${c.name}/product`, columns, { out, kernel: 1, bias });
  c.to.give(`${conv.name}.weight`, shape, weights(k, shape));
  if (bias) c.to.give(`${conv.name}.bias`, [out], own());
  const made = [...dims.slice(0, axis), out];
  const [i, channel, row] = rowMajor([n, out, rows]);
  return c.blob(c.to.arrange(c.name, conv, [i!, row!, channel!], mapOf(made)), made);
}

export const FILTER_LAYERS: Readonly<Record<string, LayerType>> = {
  Convolution: convolution,
  ConvolutionDepthwise: convolution,
  Deconvolution: convolution,
  DepthwiseConvolution: convolution,
  InnerProduct: innerProduct,
};
