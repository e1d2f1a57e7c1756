import { vocPalette } from '../../image/palette.js';
import { encodeLabels } from '../../image/png.js';
import type { Pair } from '../../shape.js';
import { fit, fitInput, fitScores } from '../fit.js';
import type { Host } from '../host.js';
import { loadModel, type ModelOptions } from '../model.js';
import { type NetReport, type RunReport, Session, type SessionOptions } from '../session.js';

export interface SegmentOptions extends ModelOptions, SessionOptions {
  /** Pictures by the names that the command gave them; null for one that needs no file. */
  readonly images: readonly { readonly file: string | null; readonly name: string }[];
  /** Height and width to which pictures are stretched before the net; labels are of the picture's own size. */
  readonly size?: Pair;
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
  const palette = vocPalette();
  const runs: SegmentReport['runs'][number][] = [];
  for (const { file, name } of o.images) {
    const picture = await session.picture(file);
    const { width, height } = picture;
    const fitted = fit(model.graph, [height, width], { size: o.size });
    const x = fitInput(session.engine, session.input(picture), fitted);
    const run = await session.run(x, name);
    const y = fitScores(session.engine, run.y, fitted);
    const { map, labels } = await session.labels(y);
    y.buffer.destroy();
    const files = [`${name}-labels.png`, `${name}-overlay.png`] as const;
    await host.write(files[0], encodeLabels(labels, { width, height }, palette) as Uint8Array<ArrayBuffer>);
    await host.write(
      files[1],
      (await session.overlaid(picture, map, palette, 0.6)) as Uint8Array<ArrayBuffer>,
    );
    map.buffer.destroy();
    const counts = new Map<number, number>();
    for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
    const shares = [...counts].map(([index, count]) => ({
      index,
      name: model.labels?.[index] ?? null,
      share: count / labels.length,
    }));
    runs.push({
      ...run.report,
      picture: [height, width],
      files,
      labels: shares.sort((a, b) => b.share - a.share),
    });
  }
  session.close();
  return { ...session.report, runs };
}
