import type { Node } from '../../../graph/node.js';
import { batchNormScale } from '../../../ops/batch_norm.js';
import { AXES, type Blob, mapOf } from '../blob.js';
import type { LayerImport, LayerType } from '../layer.js';

const lrn: LayerType = (c) => {
  const { params } = c;
  const size = c.count('local_size', 5);
  if (size % 2 === 0) c.bad(`local_size ${size}, should be odd`);
  const [alpha, beta] = [params.number('alpha') ?? 1, params.number('beta') ?? 0.75];
  const k = params.number('k') ?? 1;
  const region = c.word('norm_region', ['ACROSS_CHANNELS', 'WITHIN_CHANNEL']);
  if (region === 'ACROSS_CHANNELS') return c.like(c.to.graph.lrn(c.name, c.x, { size, alpha, beta, k }));
  // x / (1 + alpha * mean of x^2 over the window)^beta
  const { x } = c;
  const squares = c.add('activation', [x], { kind: 'square' }, 'square');
  const window = { kernel: size, pad: (size - 1) / 2, countPad: true };
  const means = c.affine(c.add('avg_pool', [squares], window, 'pool'), alpha, 1, 'affine');
  const exponent = c.to.constant(`${c.name}/beta`, beta);
  const scale = c.add('binary', [means, exponent], { op: 'pow' }, 'power');
  return c.like(c.add('binary', [x, scale], { op: 'div' }));
};

/** x less its mean over some axes, and the mean of its square there. */
function centred(c: LayerImport, axes: readonly (typeof AXES)[number][]) {
  const { x } = c;
  const mean = (y: Node, part: string) => c.add('reduce', [y], { op: 'mean', axes }, part);
  const difference = (part?: string) => c.add('binary', [x, mean(x, 'mean')], { op: 'sub' }, part ?? '');
  const variance = (d: Node) => mean(c.add('activation', [d], { kind: 'square' }, 'square'), 'variance');
  return { difference, variance };
}

/** (x - mean) / (deviation + eps) over each map, or over each image. */
const mvn: LayerType = (c) => {
  const axes = c.params.boolean('across_channels') ? AXES.slice(1) : AXES.slice(2);
  const { difference, variance } = centred(c, axes);
  if (c.params.boolean('normalize_variance') === false) return c.like(difference());
  const d = difference('centred');
  const deviation = c.add('activation', [variance(d)], { kind: 'sqrt' }, 'deviation');
  const shifted = c.affine(deviation, 1, c.params.number('eps') ?? 1e-9, 'eps');
  return c.like(c.add('binary', [d, shifted], { op: 'div' }));
};

/** (x - mean) / sqrt(variance + eps) over all images. */
function batchStatistics(c: LayerImport, eps: number): Blob {
  const { difference, variance } = centred(c, ['n', 'h', 'w']);
  const d = difference('centred');
  const shifted = c.affine(variance(d), 1, eps, 'eps');
  const deviation = c.add('activation', [shifted], { kind: 'sqrt' }, 'deviation');
  return c.like(c.add('binary', [d, deviation], { op: 'div' }));
}

/**
 * Means and variances that the file holds as sums, with the factor that divides them as a third blob; one
 * scale together with the Scale behind it.
 */
const batchNorm: LayerType = (c) => {
  const { params } = c;
  const eps = params.number('eps') ?? 1e-5;
  if (!(params.boolean('use_global_stats') ?? c.phase === 'TEST')) return batchStatistics(c, eps);
  const { x } = c;
  const channels = [x.channels];
  const [mean, variance, factor] = [c.numbers(0, channels), c.numbers(1, channels), c.numbers(2, [1])];
  const scale = c.takeScale();
  const node = c.to.graph.scale(c.name, x);
  if (mean && variance && factor) {
    const divide = (sums: Float32Array) =>
      Float64Array.from(sums, (sum) => (factor[0] === 0 ? 0 : sum / factor[0]!));
    const own = (index: number) => scale && c.to.numbers(scale.name, index, [channels]);
    const bias = scale?.params.boolean('bias_term') ? own(1) : null;
    const folded = batchNormScale(own(0), bias, divide(mean), divide(variance), eps);
    c.give('weight', channels, folded.scale);
    c.give('bias', channels, folded.bias);
  }
  return c.like(node);
};

/** Scale and Bias along the channels, from the file, or from the filler where they never learn. */
function alongChannels(c: LayerImport, parts: readonly ('weight' | 'bias')[]): Blob {
  const { x, params } = c;
  const { channels } = x;
  const node = c.to.graph.scale(c.name, x, { bias: parts.includes('bias') });
  for (const [i, part] of parts.entries()) {
    const filler = params.message(i === 0 ? 'filler' : 'bias_filler');
    const fixed = c.layer.rates[i]?.lr === 0 && (filler?.string('type') ?? 'constant') === 'constant';
    const usual = part === 'weight' ? 1 : 0;
    const value = filler ? (filler.number('value') ?? 0) : usual;
    const numbers = c.numbers(i, [channels]);
    c.give(part, [channels], numbers ?? (fixed ? c.to.filled(c.name, channels, value) : null));
  }
  if (!parts.includes('weight')) c.give('weight', [channels], c.to.filled(c.name, channels, 1));
  return c.like(node);
}

/** A second blob, or own numbers, over axes of the first from `axis` on. */
function operand(c: LayerImport, axis: number): Node {
  const [x, other] = c.inputs as [Blob, Blob?];
  const rank = c.rank(x);
  if (other) {
    if (!other.dims) return c.map(other);
    const dims = [...Array<number>(axis).fill(1), ...other.dims];
    if (dims.length > rank) c.bad(`[${other.dims}] from axis ${axis} of ${rank} on, should be fewer`);
    return c.map({ ...other, dims });
  }
  const count = c.params.number('num_axes') ?? 1;
  const end = count === -1 ? rank : axis + count;
  if (!Number.isInteger(end) || end < axis || end > rank || rank > 4)
    c.bad(`num_axes ${count} from axis ${axis} of ${rank}, should be at most ${rank - axis}`);
  const own = end === axis ? [] : c.dims(x).slice(axis, end);
  const shape = mapOf([...Array<number>(axis).fill(1), ...own]);
  const node = c.add('constant', [], { shape }, 'numbers');
  if (own.length > 0) c.to.holdsSize = true;
  c.to.give(`${node.name}.value`, Object.values(shape), c.numbers(0, own.length > 0 ? own : [1]));
  return node;
}

const isAlongChannels = (c: LayerImport, axis: number): boolean =>
  axis === 1 && c.inputs.length === 1 && (c.params.number('num_axes') ?? 1) === 1;

const scale: LayerType = (c) => {
  const axis = c.axis('axis', 1);
  const bias = c.params.boolean('bias_term') ?? false;
  if (isAlongChannels(c, axis)) return alongChannels(c, bias ? ['weight', 'bias'] : ['weight']);
  if (bias) c.refuse('with a bias does not run but along the channels');
  return c.like(c.add('binary', [c.map(c.inputs[0]!), operand(c, axis)], { op: 'mul' }));
};

const bias: LayerType = (c) => {
  const axis = c.axis('axis', 1);
  if (isAlongChannels(c, axis)) return alongChannels(c, ['bias']);
  return c.like(c.add('binary', [c.map(c.inputs[0]!), operand(c, axis)], { op: 'add' }));
};

export const NORM_LAYERS: Readonly<Record<string, LayerType>> = {
  BatchNorm: batchNorm,
  Bias: bias,
  LRN: lrn,
  MVN: mvn,
  Scale: scale,
};
