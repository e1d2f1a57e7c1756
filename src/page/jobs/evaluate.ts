import { type DataSet, type Sample, splitOf } from '../../data/dataset.js';
import { openDataSet } from '../../data/open.js';
import { argmax, confusion, downloadConfusion } from '../../engine/operators.js';
import { downloadLabels, uploadPixels } from '../../engine/pixels.js';
import type { Tensor } from '../../engine/tensor.js';
import { vocPalette } from '../../image/palette.js';
import { encodeLabels } from '../../image/png.js';
import { boundaryIU, countBoundaries, emptyBoundaryCounts } from '../../metrics/borders.js';
import { addConfusion, emptyConfusion } from '../../metrics/confusion.js';
import { type Scores, scores } from '../../metrics/scores.js';
import type { Pair } from '../../shape.js';
import { serverFiles } from '../data_files.js';
import { feedsOf, pictureInput, type Scored, scoredHeads } from '../evaluation.js';
import { fit, fitInput, fitScores } from '../fit.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import { type NetReport, Session, type SessionOptions } from '../session.js';

export interface EvaluateOptions extends ModelOptions, SessionOptions {
  /** The data set's spec: see `openDataSet`. */
  readonly data: string;
  readonly split: string;
  /** Height and width to which pictures are stretched before the net; labels are of the pictures' own. */
  readonly size?: Pair;
  /** Whether to write each picture's labels. */
  readonly predictions: boolean;
}

/** The scores of one set of classes. */
export interface HeadReport extends Scores {
  /** Of the data set's heads; '' where there is one. */
  readonly suffix: string;
  readonly boundaryIU: number | null;
  /** A row for each label of the truth, a column for each predicted one; both of all that the net scores. */
  readonly confusion: readonly (readonly number[])[];
}

export interface EvaluateReport extends NetReport {
  /** The layout's name. */
  readonly data: string;
  readonly split: string;
  readonly images: number;
  /** Of the net alone, over all images. */
  readonly ms: number;
  readonly heads: readonly HeadReport[];
}

/** Counts of a head over all images. */
const counter = (scored: Scored) => {
  const { head, channels } = scored;
  const counts = emptyConfusion(channels);
  const borders = emptyBoundaryCounts(channels);
  return {
    ...scored,
    counts,
    borders,
    report(data: DataSet): HeadReport {
      const classes = head.names.length;
      const rows = Array.from({ length: channels }, (_, truth) => [
        ...counts.counts.subarray(truth * channels, (truth + 1) * channels),
      ]);
      const edges = boundaryIU({
        intersection: borders.intersection.subarray(0, classes),
        union: borders.union.subarray(0, classes),
      });
      const presentOnly = data.name === 'siftflow';
      return {
        suffix: head.suffix,
        ...scores(counts, { names: head.names, classes, presentOnly }),
        boundaryIU: edges.mean,
        confusion: rows,
      };
    },
  };
};

/** Scores a net on a split of a data set, each picture at its own size. */
export async function evaluate(host: Host, o: EvaluateOptions): Promise<EvaluateReport> {
  const { signal } = host;
  const data = await openDataSet(o.data, serverFiles(host));
  const split = splitOf(data, o.split);
  const ids = await data.ids(split);
  const model = await loadModel(host, o);
  const feeds = feedsOf(model, data);
  const counters = scoredHeads(model.graph, data).map(counter);
  const session = await Session.open(host, model, model.graph, o);
  const { engine, net } = session;
  const palette = vocPalette();
  let ms = 0;

  /** Runs the net and adds what it gives. */
  async function add({ id, h, w, pictures, labels }: Sample): Promise<void> {
    const fitted = fit(model.graph, [h, w], { size: o.size, outputs: counters.map(({ output }) => output) });
    const inputs: Record<string, Tensor> = {};
    for (const feed of feeds)
      inputs[feed.input] = fitInput(engine, pictureInput(engine, pictures[feed.index]!, feed), fitted);
    const run = await net.run(inputs, { signal });
    for (const x of Object.values(inputs)) x.buffer.destroy();
    ms += run.ms;
    for (const [i, { head, output, channels, counts, borders }] of counters.entries()) {
      const y = fitScores(engine, run.outputs[output] as Tensor, fitted);
      const found = argmax(engine, y);
      const wanted = labels[data.heads.indexOf(head)]!;
      const truth = uploadPixels(engine, Uint32Array.from(wanted), { h, w });
      const options = { classes: channels, ignore: head.ignore };
      const cells = confusion(engine, truth, found, options);
      addConfusion(counts, await downloadConfusion(engine, cells));
      const mine = await downloadLabels(engine, found);
      countBoundaries(borders, wanted, mine, { h, w }, options);
      for (const t of [y, found, truth, cells]) t.buffer.destroy();
      if (o.predictions)
        await host.write(
          `${id.replaceAll('/', '-')}${i > 0 ? head.suffix : ''}.png`,
          encodeLabels(mine, { width: w, height: h }, palette) as Uint8Array<ArrayBuffer>,
        );
    }
    const scored = new Set(counters.map(({ output }) => output));
    for (const [name, y] of Object.entries(run.outputs)) if (!scored.has(name)) y.buffer.destroy();
  }

  try {
    for (const [done, id] of ids.entries()) {
      signal.throwIfAborted();
      host.progress({ text: id, done, total: ids.length });
      await add(await data.load(id));
    }
    const heads = counters.map((each) => each.report(data));
    return { ...session.report, data: data.name, split, images: ids.length, ms, heads };
  } finally {
    session.close();
  }
}
