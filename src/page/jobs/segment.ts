import { download } from '../../engine/tensor.js';
import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../graph/builder.js';
import type { TileOptions } from '../../graph/tiles/plan_tiles.js';
import type { RgbaImage } from '../../image/image.js';
import { colorOf, type Palette, vocPalette } from '../../image/palette.js';
import { encodeLabels, encodePng } from '../../image/png.js';
import { countLabels, emptyConfusion } from '../../metrics/confusion.js';
import { type Scores, scores } from '../../metrics/scores.js';
import { SCENE_CLASSES, scenePalette } from '../../scenes/classes.js';
import { type Scene, scene } from '../../scenes/scene.js';
import type { Pair } from '../../shape.js';
import { type Fit, fit, fitInput, fitLabels, fitScores, isOwnSize } from '../fit.js';
import type { Host } from '../host.js';
import { loadModel, type Model, type ModelOptions } from '../model.js';
import { type NetReport, type RunReport, Session, type SessionOptions } from '../session.js';
import { labelInTiles, labelNet, mustCut, repeated } from '../tiled.js';

/** One of the generated scenes. */
export interface SceneRef {
  readonly seed: number;
  readonly index: number;
  readonly h: number;
  readonly w: number;
}

/** One label of a picture. */
export interface LabelShare {
  readonly index: number;
  readonly name: string | null;
  /** Of the pixels. */
  readonly share: number;
  /** In the pictures, as #rrggbb. */
  readonly color: string;
  /** Intersection over union with the exact labels; null without them, or where neither has the label. */
  readonly iu: number | null;
}

export interface SegmentOptions extends ModelOptions, SessionOptions {
  /** Pictures by the names that the command gave them; null for one that needs no file. */
  readonly images: readonly {
    readonly file: string | null;
    readonly name: string;
    /** Which generated scene to take instead, whose exact labels the net's are counted against. */
    readonly scene?: SceneRef;
  }[];
  /** Height and width to which pictures are stretched before the net; labels are of the picture's own size. */
  readonly size?: Pair;
  /** Cut pictures into tiles that take at most so many bytes, or windows of at most so many rows and columns. */
  readonly tiles?: TileOptions;
}

export interface SegmentReport extends NetReport {
  /** Milliseconds from opening the device to the first labels: weights uploaded, pipelines compiled, one run. */
  readonly coldMs: number | null;
  readonly runs: readonly (RunReport & {
    /** Height and width of the picture; those of the report are of the net's input. */
    readonly picture: Pair;
    readonly files: readonly string[];
    /** Each label that occurs, in the exact labels or in the net's, largest share first. */
    readonly labels: readonly LabelShare[];
    /** Against the exact labels of a scene; null of any other picture. */
    readonly scores: Scores | null;
  })[];
}

/** Labels each pixel of each picture; writes the labels as an indexed PNG and their colours over the picture. */
export async function segment(host: Host, o: SegmentOptions): Promise<SegmentReport> {
  const model = await loadModel(host, o);
  const start = performance.now();
  let coldMs: number | null = null;
  const nets = { scores: model.graph, labels: labelNet(model.graph) };
  const session = await Session.open(host, model, nets.labels, o);
  const palette = isScenes(model) ? scenePalette() : vocPalette();
  const runs: SegmentReport['runs'][number][] = [];
  for (const { file, name, scene: ref } of o.images) {
    const made = ref ? scene(ref.seed, ref.index, ref.h, ref.w) : null;
    const picture = made ? { width: made.w, height: made.h, rgba: made.rgba } : await session.picture(file);
    const { width, height } = picture;
    const fitted = fit(model.graph, [height, width], { size: o.size });
    const { labels, report } = await labelsOf(host, session, model, nets, { picture, name, fitted, o });
    coldMs ??= performance.now() - start;
    const size = { width, height };
    const files = new Map<string, Uint8Array>([
      [`${name}-labels.png`, encodeLabels(labels, size, palette)],
      [`${name}-overlay.png`, await session.overlaid(picture, labels, palette, 0.6)],
    ]);
    if (made) {
      files.set(`${name}.png`, encodePng(picture));
      files.set(`${name}-truth.png`, encodeLabels(made.labels, size, scenePalette()));
    }
    for (const [path, bytes] of files) await host.write(path, bytes as Uint8Array<ArrayBuffer>);
    const found = made && isScenes(model) ? scoresOf(made, labels) : null;
    runs.push({
      ...report,
      picture: [height, width],
      files: [...files.keys()],
      labels: shares(labels, model, palette, found),
      scores: found,
    });
  }
  session.close();
  return { ...session.report, coldMs, runs };
}

const isScenes = ({ labels }: Model): boolean => labels?.join() === SCENE_CLASSES.join();

function scoresOf({ labels: truth }: Scene, labels: Uint32Array): Scores {
  const counts = emptyConfusion(SCENE_CLASSES.length);
  countLabels(counts, truth, labels);
  return scores(counts, { names: SCENE_CLASSES });
}

/** The legend of a picture. */
function shares(labels: Uint32Array, model: Model, palette: Palette, found: Scores | null): LabelShare[] {
  const counts = new Map<number, number>();
  for (const { label, pixels } of found?.perClass ?? []) if (pixels > 0) counts.set(label, 0);
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts]
    .map(([index, count]) => ({
      index,
      name: model.labels?.[index] ?? null,
      share: count / labels.length,
      color: colorOf(palette, index),
      iu: found?.perClass[index]?.iu ?? null,
    }))
    .sort((a, b) => b.share - a.share);
}

/** The label of each pixel of a picture, whole or in tiles. */
async function labelsOf(
  host: Host,
  session: Session,
  { preprocess }: Model,
  nets: { readonly scores: Graph; readonly labels: Graph },
  { picture, name, fitted, o }: { picture: RgbaImage; name: string; fitted: Fit; o: SegmentOptions },
): Promise<{ labels: Uint32Array; report: RunReport }> {
  const own = isOwnSize(fitted);
  if (o.tiles || (own && mustCut(session, nets.labels, fitted.input))) {
    if (!own)
      throw new UnsupportedError(`${name}: stretched for the net, should be of its own size to run in tiles`);
    const options = { ...o.tiles, preprocess, image: name };
    const sized = repeated(picture, fitted.input);
    const { labels, report } = await labelInTiles(host, session, nets.labels, sized, options);
    return { labels: fitLabels(labels, fitted), report };
  }
  // Scores of a stretched picture are stretched back before they are compared.
  await session.use(own ? nets.labels : nets.scores);
  const { engine } = session;
  const { y: made, report } = await session.run(fitInput(engine, session.input(picture), fitted), name);
  const y = own ? made : fitScores(engine, made, fitted);
  const labels = own
    ? fitLabels(Uint32Array.from(await download(engine, y)), fitted)
    : await session.labels(y);
  y.buffer.destroy();
  return { labels, report };
}
