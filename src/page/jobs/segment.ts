import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../graph/builder.js';
import type { TileOptions } from '../../graph/tiles/plan_tiles.js';
import type { RgbaImage } from '../../image/image.js';
import { vocPalette } from '../../image/palette.js';
import { encodeLabels } from '../../image/png.js';
import type { Pair } from '../../shape.js';
import { type Fit, fit, fitInput, fitLabels, fitScores, isOwnSize } from '../fit.js';
import type { Host } from '../host.js';
import { loadModel, type Model, type ModelOptions } from '../model.js';
import { type NetReport, type RunReport, Session, type SessionOptions } from '../session.js';
import { labelInTiles, labelNet, mustCut, repeated } from '../tiled.js';

export interface SegmentOptions extends ModelOptions, SessionOptions {
  /** Pictures by the names that the command gave them; null for one that needs no file. */
  readonly images: readonly { readonly file: string | null; readonly name: string }[];
  /** Height and width to which pictures are stretched before the net; labels are of the picture's own size. */
  readonly size?: Pair;
  /** Cut pictures into tiles that take at most so many bytes, or windows of at most so many rows and columns. */
  readonly tiles?: TileOptions;
}

export interface SegmentReport extends NetReport {
  readonly runs: readonly (RunReport & {
    /** Height and width of the picture; those of the report are of the net's input. */
    readonly picture: Pair;
    readonly files: readonly string[];
    /** Share of the pixels of each label that occurs, largest first. */
    readonly labels: readonly {
      readonly index: number;
      readonly name: string | null;
      readonly share: number;
    }[];
  })[];
}

/** Labels each pixel of each picture; writes the labels as an indexed PNG and their colours over the picture. */
export async function segment(host: Host, o: SegmentOptions): Promise<SegmentReport> {
  const model = await loadModel(host, o);
  const session = await Session.open(host, model, model.graph, o);
  const nets = { scores: model.graph, labels: labelNet(model.graph) };
  const palette = vocPalette();
  const runs: SegmentReport['runs'][number][] = [];
  for (const { file, name } of o.images) {
    const picture = await session.picture(file);
    const { width, height } = picture;
    const fitted = fit(model.graph, [height, width], { size: o.size });
    const { labels, report } = await labelsOf(host, session, model, nets, { picture, name, fitted, o });
    const files = [`${name}-labels.png`, `${name}-overlay.png`] as const;
    await host.write(files[0], encodeLabels(labels, { width, height }, palette) as Uint8Array<ArrayBuffer>);
    await host.write(
      files[1],
      (await session.overlaid(picture, labels, palette, 0.6)) as Uint8Array<ArrayBuffer>,
    );
    const counts = new Map<number, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    const shares = [...counts].map(([index, count]) => ({
      index,
      name: model.labels?.[index] ?? null,
      share: count / labels.length,
    }));
    runs.push({
      ...report,
      picture: [height, width],
      files,
      labels: shares.sort((a, b) => b.share - a.share),
    });
  }
  session.close();
  return { ...session.report, runs };
}

/** The label of each pixel of a picture, whole or in tiles. */
async function labelsOf(
  host: Host,
  session: Session,
  { preprocess }: Model,
  nets: { readonly scores: Graph; readonly labels: Graph },
  { picture, name, fitted, o }: { picture: RgbaImage; name: string; fitted: Fit; o: SegmentOptions },
): Promise<{ labels: Uint32Array; report: RunReport }> {
  if (o.tiles || (isOwnSize(fitted) && mustCut(session, nets.scores, fitted.input))) {
    if (!isOwnSize(fitted))
      throw new UnsupportedError(`${name}: stretched for the net, should be of its own size to run in tiles`);
    const options = { ...o.tiles, preprocess, image: name };
    const sized = repeated(picture, fitted.input);
    const { labels, report } = await labelInTiles(host, session, nets.labels, sized, options);
    return { labels: fitLabels(labels, fitted), report };
  }
  await session.use(nets.scores);
  const { y: made, report } = await session.run(
    fitInput(session.engine, session.input(picture), fitted),
    name,
  );
  const y = fitScores(session.engine, made, fitted);
  const labels = await session.labels(y);
  y.buffer.destroy();
  return { labels, report };
}
