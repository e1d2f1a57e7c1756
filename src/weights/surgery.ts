import { WeightsError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import { parameters } from '../graph/parameters.js';
import type { Weights, WeightTensor } from './weights.js';

/** Weights after an operation, and what it did. Tensors that did not change are shared, not copied. */
export interface Surgery {
  readonly weights: Weights;
  readonly report: SurgeryReport;
}

/** What became of each tensor, by name. */
export interface SurgeryReport {
  /** Tensors of the result with the source's numbers, or with those that the operation makes. */
  readonly copied: readonly string[];
  /** Those among them whose dims are not the source's. */
  readonly coerced: readonly { readonly name: string; readonly from: readonly number[] }[];
  /** Tensors of the source that found no place. */
  readonly dropped: readonly string[];
}

/** Values of a tensor of these dims. */
export const sizeOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** @throws WeightsError where there is none of this name. */
export function tensorOf(weights: Weights, name: string): WeightTensor {
  const found = weights.get(name);
  if (!found) throw new WeightsError(`${name}: missing, should be among the weights`, name);
  return found;
}

/** `weights` with other tensors in the place of some. */
export function replaced(weights: Weights, tensors: Weights, report: Partial<SurgeryReport> = {}): Surgery {
  return {
    weights: new Map([...weights, ...tensors]),
    report: { copied: [...tensors.keys()], coerced: [], dropped: [], ...report },
  };
}

/** All tensors that a graph needs, filled with zeros: where surgery starts, as Caffe's nets do. */
export const zeroWeights = (graph: Graph): Weights =>
  new Map(parameters(graph).map(({ name, dims }) => [name, { dims, data: new Float32Array(sizeOf(dims)) }]));

/**
 * Gives every tensor of `target` the numbers of the source's tensor of its name. Where the dims differ the
 * numbers are taken in order: an inner product of [O, C*H*W] becomes a convolution of [O, C, H, W].
 * @param suffix stands behind the layer's name in the target: `conv1.weight` goes to `conv1color.weight`.
 * @throws WeightsError where a tensor has another number of values.
 */
export function transplant(target: Weights, source: Weights, suffix = ''): Surgery {
  const tensors: Weights = new Map();
  const coerced: { name: string; from: readonly number[] }[] = [];
  const dropped: string[] = [];
  for (const [from, { dims, data }] of source) {
    const dot = from.lastIndexOf('.');
    const name = `${from.slice(0, dot)}${suffix}${from.slice(dot)}`;
    const place = target.get(name);
    if (!place) {
      dropped.push(from);
      continue;
    }
    if (data.length !== sizeOf(place.dims))
      throw new WeightsError(
        `${name}: ${data.length} values [${dims.join(', ')}], should be [${place.dims.join(', ')}]`,
        name,
      );
    if (dims.join() !== place.dims.join()) coerced.push({ name, from: dims });
    tensors.set(name, { dims: place.dims, data });
  }
  return replaced(target, tensors, { coerced, dropped });
}

/**
 * The first classes of a score layer from another with fewer of them; the rest stay.
 * @param layer the layer in both, or its name in the target and in the source.
 */
export function expandScore(
  target: Weights,
  source: Weights,
  layer: string | readonly [target: string, source: string],
): Surgery {
  const [to, from] = typeof layer === 'string' ? [layer, layer] : layer;
  const tensors: Weights = new Map();
  const coerced: { name: string; from: readonly number[] }[] = [];
  for (const part of ['weight', 'bias']) {
    const name = `${to}.${part}`;
    const wide = tensorOf(target, name);
    const narrow = tensorOf(source, `${from}.${part}`);
    const perClass = (dims: readonly number[]) => (part === 'bias' ? '' : dims.slice(1).join());
    if (narrow.data.length > wide.data.length || perClass(narrow.dims) !== perClass(wide.dims))
      throw new WeightsError(
        `${name}: [${narrow.dims.join(', ')}] of the source, should be at most [${wide.dims.join(', ')}]`,
        name,
      );
    const data = wide.data.slice();
    data.set(narrow.data);
    tensors.set(name, { dims: wide.dims, data });
    if (data.length !== narrow.data.length) coerced.push({ name, from: narrow.dims });
  }
  return replaced(target, tensors, { coerced });
}

/** Layers whose weights are one number each: the fixed scales of a net that is trained at once. */
export function fillLayers(target: Weights, values: Readonly<Record<string, number>>): Surgery {
  const made = Object.entries(values).map(([layer, value]): [string, WeightTensor] => {
    const { dims, data } = tensorOf(target, `${layer}.weight`);
    return [`${layer}.weight`, { dims, data: new Float32Array(data.length).fill(value) }];
  });
  return replaced(target, new Map(made));
}
