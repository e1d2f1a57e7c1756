// Pictures of an experiment, as the paper's Figure 4: a row each, with what each run finds in it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSet, splitOf } from '../../data/dataset.js';
import { LAYOUTS, openDataSet } from '../../data/open.js';
import { parseSpec } from '../../data/spec.js';
import { UnsupportedError } from '../../errors.js';
import type { RgbaImage } from '../../image/image.js';
import { coloured, mosaic } from '../../image/mosaic.js';
import { type Palette, vocPalette } from '../../image/palette.js';
import { decodeLabels, encodePng } from '../../image/png.js';
import { SCENE_CLASSES, scenePalette } from '../../scenes/classes.js';
import type { Tools } from '../command.js';
import { filesOf } from '../data_files.js';
import type { Protocol, Sheet } from './protocol.js';
import { folderOf, headsOf, type RunResult, readResult } from './result.js';
import { score, writeWhole } from './run.js';

/** Pictures of a sheet that does not say how many. */
const USUAL = 4;
/** White pixels between cells. */
const GAP = 4;

/** A sheet that was drawn. */
export interface DrawnSheet {
  readonly name: string;
  readonly file: string;
  readonly seed: number;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly picture: string;
    /** Of each run. */
    readonly meanIU: readonly (number | null)[];
    /** Whether it is there because the last run finds least in it. */
    readonly worst: boolean;
  }[];
}

const paletteOf = ({ heads }: DataSet): Palette =>
  heads[0]!.names.join() === SCENE_CLASSES.join() ? scenePalette() : vocPalette();

/** Index, among the test's, of the picture with the lowest mean IU. */
function worstOf({ heads }: RunResult): number | null {
  const pictures = headsOf({ heads }).classes?.pictures ?? [];
  const order = [...pictures.keys()]
    .filter((i) => pictures[i]!.meanIU !== null)
    .sort((a, b) => pictures[a]!.meanIU! - pictures[b]!.meanIU!);
  return order[0] ?? null;
}

/** What the sheet has: the pictures' indices, and which was added as the worst. */
export function wantedPictures(
  { scenes, worst }: Sheet,
  last: RunResult,
): { all: number[]; worst: number | null } {
  const found = worst ? worstOf(last) : null;
  const count = Math.min(typeof scenes === 'number' ? scenes : USUAL, last.test.images);
  const listed = typeof scenes === 'object' ? [...scenes] : Array.from({ length: count }, (_, i) => i);
  return { all: found === null || listed.includes(found) ? listed : [...listed, found], worst: found };
}

/**
 * Draws a sheet from the first seed that all of its runs have: the picture, what each run finds, the truth.
 * @returns null where there is no such seed, or nothing to show
 */
export async function drawSheet(
  sheet: Sheet,
  { runs, seeds }: Pick<Protocol, 'runs' | 'seeds'>,
  out: string,
  tools: Tools,
): Promise<DrawnSheet | null> {
  const jobs = (seed: number) => sheet.runs.map((id) => ({ run: runs.find((run) => run.id === id)!, seed }));
  const seed = seeds.find((each) => jobs(each).every((job) => readResult(out, job)));
  if (seed === undefined) return null;
  const results = jobs(seed).map((job) => readResult(out, job)!);
  const last = results.at(-1)!;
  const { all, worst } = wantedPictures(sheet, last);
  if (all.length === 0) return null;
  const set = await openDataSet(last.test.data, filesOf(parseSpec(last.test.data, LAYOUTS)), null);
  const ids = (await set.ids(splitOf(set, last.test.split))).filter((_, i) => i < last.test.images);
  const outside = all.find((i) => ids[i] === undefined);
  if (outside !== undefined)
    throw new UnsupportedError(
      `pictures ${sheet.name}: no picture ${outside}, should be below ${ids.length}`,
    );
  const palette = paletteOf(set);
  const found: RgbaImage[][] = [];
  for (const [i, job] of jobs(seed).entries()) {
    tools.progress({ text: `pictures ${sheet.name}: ${job.run.id}`, done: i, total: results.length });
    found.push(
      await labelled(join(folderOf(out, job), results[i]!.model), results[i]!, all, ids, palette, tools),
    );
  }
  const rows = [];
  for (const [row, i] of all.entries()) {
    const { pictures, labels, w, h } = await set.load(ids[i]!);
    const size = { width: w, height: h };
    rows.push([visible(pictures), ...found.map((of) => of[row]!), coloured(labels[0]!, size, palette)]);
  }
  const file = `${sheet.name}.png`;
  writeWhole(join(out, file), encodePng(mosaic(rows, GAP)));
  return {
    name: sheet.name,
    file,
    seed,
    columns: ['picture', ...sheet.runs, 'truth'],
    rows: all.map((i) => ({
      picture: ids[i]!,
      meanIU: results.map(
        (r) => headsOf(r).classes?.pictures?.find(({ id }) => id === ids[i])?.meanIU ?? null,
      ),
      worst: i === worst,
    })),
  };
}

/** The colours of what a model finds in some pictures. */
async function labelled(
  model: string,
  { test }: RunResult,
  only: readonly number[],
  ids: readonly string[],
  palette: Palette,
  tools: Tools,
): Promise<RgbaImage[]> {
  const outDir = mkdtempSync(join(tmpdir(), 'rarefy-sheet-'));
  try {
    await score(model, test, tools, { labels: { only, outDir } });
    return only.map((i) => {
      const { labels, ...size } = decodeLabels(
        readFileSync(join(outDir, `${ids[i]!.replaceAll('/', '-')}.png`)),
      );
      return coloured(labels, size, palette);
    });
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** The first of a sample's pictures that is one to look at. */
function visible(pictures: Awaited<ReturnType<DataSet['load']>>['pictures']): RgbaImage {
  for (const picture of pictures) if ('rgba' in picture) return picture;
  throw new UnsupportedError('pictures: the test has none in colours, should have one to show');
}
