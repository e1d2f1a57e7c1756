import { toNumber } from '../../coords.js';
import { globalAvgPool, softmax } from '../../engine/operators.js';
import { download } from '../../engine/tensor.js';
import { ShapeError } from '../../errors.js';
import { scoreMap } from '../../graph/rewrite.js';
import { spreadCells } from '../../image/heat.js';
import { heatPalette } from '../../image/palette.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import { type NetReport, type RunReport, Session, type SessionOptions } from '../session.js';
import { stretch } from '../stretch.js';

export interface HeatmapOptions extends ModelOptions, SessionOptions {
  readonly image: { readonly file: string | null; readonly name: string };
  /** The class to draw; the first of the top 5 without. */
  readonly class?: number;
  /** Stretch the picture to [height, width] first. */
  readonly size?: readonly [number, number];
}

export interface HeatmapReport extends NetReport, RunReport {
  /** Classes by their mean score over all cells. */
  readonly top5: readonly { readonly index: number; readonly name: string | null; readonly score: number }[];
  /** Softmax probability of one class in each cell, in rows; cell i lies at `scale * i + shift` pixels. */
  readonly heatmap: {
    readonly class: number;
    readonly height: number;
    readonly width: number;
    readonly scale: readonly [y: number, x: number];
    readonly shift: readonly [y: number, x: number];
    readonly probability: readonly number[];
  };
  readonly files: readonly string[];
}

/** Runs a classifier as a fully convolutional net: the top 5 over the whole picture, and where one of them is. */
export async function heatmap(host: Host, o: HeatmapOptions): Promise<HeatmapReport> {
  const model = await loadModel(host, o);
  const graph = scoreMap(model.graph);
  const node = graph.outputs.get('scores')!;
  if (!node.coords)
    throw new ShapeError(`${node.name}: cells have no place over the image, they should lie alike`);
  const session = await Session.open(host, model, graph, o);
  const { engine } = session;
  const original = await session.picture(o.image.file);
  const picture = o.size ? await stretch(engine, original, o.size) : original;
  const { y: scores, report } = await session.run(session.input(picture), o.image.name);

  const pooled = globalAvgPool(engine, scores);
  const means = await download(engine, pooled);
  const order = [...means.keys()].sort((a, b) => means[b]! - means[a]!);
  const top5 = order
    .slice(0, 5)
    .map((index) => ({ index, name: model.labels?.[index] ?? null, score: means[index]! }));
  const index = o.class ?? order[0]!;
  if (!(index < means.length))
    throw new ShapeError(`heatmap: class ${index}, should be below ${means.length}`);

  const { h, w } = scores.shape;
  const probabilities = softmax(engine, scores);
  const values = (await download(engine, probabilities)).subarray(index * h * w, (index + 1) * h * w);
  const largest = values.reduce((a, b) => Math.max(a, b), 0);
  const shown = spreadCells(
    { h, w, values: values.map((v) => v / largest) },
    node.coords,
    picture.height,
    picture.width,
  );
  const file = `${o.image.name}-heat-${index}.png`;
  await host.write(
    file,
    (await session.overlaid(picture, shown, heatPalette(), 0.6)) as Uint8Array<ArrayBuffer>,
  );
  for (const t of [scores, pooled, probabilities]) t.buffer.destroy();
  session.close();
  const [cy, cx] = node.coords;
  return {
    ...session.report,
    ...report,
    top5,
    heatmap: {
      class: index,
      height: h,
      width: w,
      scale: [toNumber(cy.scale), toNumber(cx.scale)],
      shift: [toNumber(cy.shift), toNumber(cx.shift)],
      probability: [...values],
    },
    files: [file],
  };
}
