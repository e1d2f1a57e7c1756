import type { DataSet } from '../data/dataset.js';
import { free, type Tensor } from '../engine/tensor.js';
import type { Net } from '../graph/net.js';
import type { HostTensor, NetInput } from '../graph/net_options.js';
import { batchOf, type Example, labelName } from './example.js';
import { type Detail, HeadCounts, type HeadReport, type LabelRows } from './head_counts.js';
import type { Scored } from './scored.js';

/** A picture as a net takes it. */
export interface Examined {
  readonly id: string;
  /** By the names of the net's inputs; tensors among them are freed. */
  readonly inputs: Readonly<Record<string, NetInput>>;
  /** Labels of a head, by its suffix. */
  labels(suffix: string): LabelRows;
  /** The scores of the labels' pixels from the net's own, which it frees. */
  fitted?(y: Tensor): Tensor;
}

export interface EvaluateOptions {
  readonly detail?: Detail;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Takes the labels that the net gives a picture. */
  readonly onLabels?: (id: string, scored: Scored, labels: Uint32Array, truth: LabelRows) => Promise<void>;
}

/** What `evaluate` found. */
export interface Evaluated {
  readonly heads: readonly HeadReport[];
  /** Of the net alone, over all pictures. */
  readonly ms: number;
}

/** An example as it is. */
export function examined(e: Example): Examined {
  const maps = batchOf([e]) as Record<string, HostTensor>;
  return {
    id: e.id,
    inputs: maps,
    labels: (suffix) => {
      const { shape, data } = maps[labelName(suffix)]!;
      return { h: shape.h, w: shape.w, values: data };
    },
  };
}

/** Runs a net on pictures, one by one, and scores each pixel's label beside its true one. */
export async function evaluate(
  net: Pick<Net, 'engine' | 'graph' | 'run'>,
  { count, load }: { readonly count: number; load(i: number): Promise<Examined> },
  scored: readonly Scored[],
  set: Pick<DataSet, 'name'>,
  { detail = 'counts', signal, onProgress, onLabels }: EvaluateOptions = {},
): Promise<Evaluated> {
  const { engine, graph } = net;
  const heads = scored.map((each) => new HeadCounts(each, detail));
  let ms = 0;
  for (let i = 0; i < count; i++) {
    signal?.throwIfAborted();
    onProgress?.(i, count);
    const { id, inputs, labels, fitted = (y) => y } = await load(i);
    const given = Object.fromEntries(graph.inputs.map(({ name }) => [name, inputs[name]!]));
    const run = await net.run(given, signal ? { signal } : {});
    ms += run.ms;
    free(...Object.values(given).filter((x): x is Tensor => 'buffer' in x));
    const outputs = new Map(Object.entries(run.outputs) as [string, Tensor][]);
    for (const head of heads) {
      const {
        output,
        head: { suffix },
      } = head.scored;
      const y = fitted(outputs.get(output)!);
      outputs.set(output, y);
      const truth = labels(suffix);
      const own = await head.add(engine, id, y, truth, onLabels !== undefined);
      if (own && onLabels) await onLabels(id, head.scored, own, truth);
    }
    free(...outputs.values());
  }
  onProgress?.(count, count);
  // Classes that the truth lacks are left out of SIFT Flow's mean IU alone: see `ScoreOptions`.
  return { heads: heads.map((head) => head.report(set.name === 'siftflow')), ms };
}
