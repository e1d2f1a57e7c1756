import type { CaffeLayer, CaffeRate } from './forms.js';
import type { TextMessage } from './message.js';

/** What a loss is divided by: all cells, those that count, the images, or 1. */
export type CaffeNormalization = 'FULL' | 'VALID' | 'BATCH_SIZE' | 'NONE';

/** A loss or a measure: a layer that looks at what a net makes. It is no part of the graph. */
export interface CaffeHead {
  readonly name: string;
  /** SoftmaxWithLoss, Accuracy, ... */
  readonly type: string;
  /** Its bottoms: the layer of the graph that makes each, null for an input that no layer of the graph reads. */
  readonly reads: readonly { readonly blob: string; readonly layer: string | null }[];
  /** Its factor in the sum of losses; 0 for a measure. */
  readonly weight: number;
  /** Cells of this label do not count; null where all do. */
  readonly ignoreLabel: number | null;
  readonly normalization: CaffeNormalization;
  /** Axis of the classes, 1 by default. */
  readonly axis: number;
}

/** How numbers begin, by Caffe's names and with its defaults. */
export interface CaffeFiller {
  /** constant, uniform, gaussian, xavier, msra, bilinear, positive_unitball. */
  readonly type: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly std: number;
  /** What xavier and msra divide by. */
  readonly varianceNorm: string;
}

/** What training needs beside the graph; tensors by the names of the weights. */
export interface CaffeTraining {
  readonly heads: readonly CaffeHead[];
  /** Dropouts, with the layer whose map they thin out and the share that they drop. */
  readonly dropouts: readonly { readonly name: string; readonly layer: string; readonly ratio: number }[];
  /** Of the tensors whose layer gives them; 1 and 1 for others. */
  readonly rates: ReadonlyMap<string, CaffeRate>;
  /** Of the tensors whose layer gives them; others begin at 0, factors of Scale at 1. */
  readonly fillers: ReadonlyMap<string, CaffeFiller>;
}

/** Which losses divide by the images alone where the file does not say. */
const BY_IMAGES = new Set([
  'ContrastiveLoss',
  'EuclideanLoss',
  'HingeLoss',
  'MultinomialLogisticLoss',
  'SigmoidCrossEntropyLoss',
]);

/** Layers that look at a net's results. */
const HEADS = new Set(['Accuracy', ...BY_IMAGES, 'InfogainLoss', 'SoftmaxWithLoss']);

export const isHead = (layer: CaffeLayer): boolean => HEADS.has(layer.type);

/** Layers that write files, or nothing. */
export const isSink = (layer: CaffeLayer): boolean => layer.type === 'HDF5Output' || layer.type === 'Silence';

function normalization(type: string, params: TextMessage): CaffeNormalization {
  const words = ['FULL', 'VALID', 'BATCH_SIZE', 'NONE'] as const;
  const given = words.find((w) => w === params.word('normalization'));
  const older = params.boolean('normalize') ?? !BY_IMAGES.has(type);
  return given ?? (older ? 'VALID' : 'BATCH_SIZE');
}

/** A head, as its layer describes it. */
export function headOf(layer: CaffeLayer, reads: CaffeHead['reads']): CaffeHead {
  const { name, type, params, lossWeights } = layer;
  return {
    name,
    type,
    reads,
    weight: lossWeights[0] ?? (type === 'Accuracy' ? 0 : 1),
    ignoreLabel: params.number('ignore_label') ?? null,
    normalization: normalization(type, params),
    axis: params.number('axis') ?? 1,
  };
}

const fillerOf = (m: TextMessage): CaffeFiller => ({
  type: m.string('type') ?? 'constant',
  value: m.number('value') ?? 0,
  min: m.number('min') ?? 0,
  max: m.number('max') ?? 1,
  mean: m.number('mean') ?? 0,
  std: m.number('std') ?? 1,
  varianceNorm: m.word('variance_norm') ?? 'FAN_IN',
});

/** What a layer says of each of its tensors, `weight` first; Bias has but one. */
export function tensorsOf({ type, params, rates }: CaffeLayer): {
  readonly part: string;
  readonly rate: CaffeRate | undefined;
  readonly filler: CaffeFiller | undefined;
}[] {
  const parts = type === 'Bias' ? ['bias'] : ['weight', 'bias'];
  return parts.map((part, i) => {
    const filler = params.message(i === 0 && params.has('filler') ? 'filler' : `${part}_filler`);
    return { part, rate: rates[i], filler: filler && fillerOf(filler) };
  });
}
