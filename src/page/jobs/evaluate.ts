import { splitOf } from '../../data/dataset.js';
import { withMean } from '../../data/mean.js';
import { LAYOUTS, openDataSet } from '../../data/open.js';
import { parseSpec } from '../../data/spec.js';
import type { Tensor } from '../../engine/tensor.js';
import { DataError } from '../../errors.js';
import { vocPalette } from '../../image/palette.js';
import { encodeLabels } from '../../image/png.js';
import type { Pair } from '../../shape.js';
import { type Examined, evaluate as evaluateNet } from '../../train/evaluate.js';
import type { Detail, HeadReport, LabelRows } from '../../train/head_counts.js';
import { scoredHeads } from '../../train/scored.js';
import { serverFiles } from '../data_files.js';
import { feedsOf, pictureInput } from '../evaluation.js';
import { fit, fitInput, fitScores } from '../fit.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import { type NetReport, Session, type SessionOptions } from '../session.js';

export interface EvaluateOptions extends ModelOptions, SessionOptions {
  /** The data set's spec: see `openDataSet`. */
  readonly data: string;
  readonly split: string;
  /** Which of the split's pictures, by index; all without. */
  readonly only?: readonly number[];
  readonly detail: Detail;
  /** Height and width to which pictures are stretched before the net; labels are of the pictures' own. */
  readonly size?: Pair;
  /** Whether to write each picture's labels. */
  readonly predictions: boolean;
}

export interface EvaluateReport extends NetReport {
  /** The layout's name. */
  readonly data: string;
  readonly split: string;
  readonly images: number;
  /** Whether there were labels to score by; else the scores are null. */
  readonly labelled: boolean;
  /** Of the net alone, over all images. */
  readonly ms: number;
  readonly heads: readonly HeadReport[];
}

/** Scores a net on a split of a data set, each picture at its own size. */
export async function evaluate(host: Host, o: EvaluateOptions): Promise<EvaluateReport> {
  const { signal } = host;
  const set = await openDataSet(o.data, serverFiles(host), null);
  const labelled = !set.unlabelled;
  if (!labelled && !o.predictions)
    throw new DataError('no labels to score by, should have some, or predictions to write', o.data);
  const split = splitOf(set, o.split);
  const all = await set.ids(split);
  const ids = o.only ? o.only.map((i) => wanted(all, i, o.data)) : all;
  const model = await loadModel(host, o);
  const onProgress = (done: number, total: number) =>
    host.progress({ text: 'finding the mean', done, total });
  // A model that says how it is fed is fed so.
  const data = model.preprocessGiven
    ? set
    : await withMean(parseSpec(o.data, LAYOUTS), set, { signal, onProgress });
  const feeds = feedsOf(model, data);
  const scored = scoredHeads(model.graph, data.heads);
  const outputs = scored.map(({ output }) => output);
  const session = await Session.open(host, model, model.graph, o);
  const { engine, net } = session;
  const palette = vocPalette();

  async function load(i: number): Promise<Examined> {
    const { id, h, w, pictures, labels } = await data.load(ids[i]!);
    const whole = h * w > 1 && labels.every(({ length }) => length === 1);
    const fitted = fit(model.graph, [h, w], { size: o.size, outputs, whole });
    const inputs: Record<string, Tensor> = {};
    for (const feed of feeds)
      inputs[feed.input] = fitInput(engine, pictureInput(engine, pictures[feed.index]!, feed), fitted);
    return {
      id,
      inputs,
      labels: (suffix) => ({
        ...(whole ? { h: 1, w: 1 } : { h, w }),
        values: labels[data.heads.findIndex((head) => head.suffix === suffix)]!,
      }),
      fitted: (y) => (whole ? y : fitScores(engine, y, fitted)),
    };
  }

  /** Writes the labels of a picture. */
  async function write(id: string, suffix: string, labels: Uint32Array, { h, w }: LabelRows) {
    const bytes = encodeLabels(labels, { width: w, height: h }, palette);
    await host.write(`${id.replaceAll('/', '-')}${suffix}.png`, bytes as Uint8Array<ArrayBuffer>);
  }

  try {
    const { heads, ms } = await evaluateNet(net, { count: ids.length, load }, scored, data, {
      detail: o.detail,
      signal,
      onProgress: (done, total) => host.progress({ text: ids[done] ?? 'scored', done, total }),
      ...(o.predictions && {
        onLabels: (id, { head }, labels, size) =>
          write(id, head === scored[0]!.head ? '' : head.suffix, labels, size),
      }),
    });
    return { ...session.report, data: data.name, split, images: ids.length, labelled, ms, heads };
  } finally {
    session.close();
  }
}

function wanted(ids: readonly string[], i: number, data: string): string {
  const id = ids[i];
  if (id === undefined) throw new DataError(`no picture ${i}, should be below ${ids.length}`, data);
  return id;
}
