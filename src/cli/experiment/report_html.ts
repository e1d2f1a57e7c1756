// The results of an experiment as one HTML file that opens without a server.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spread } from '../../metrics/spread.js';
import { escaped } from '../html.js';
import { htmlPage, htmlTable, inScript } from '../html_page.js';
import { TrainLog } from '../train_log.js';
import { thinned } from '../train_report.js';
import { LOG } from '../train_run.js';
import type { Protocol } from './protocol.js';
import { DIFFERENCE_NOTE, differenceRows, pictureText, RESULT_NOTE, resultRows } from './report_text.js';
import { folderOf, headsOf, type RunResult } from './result.js';
import type { DrawnSheet } from './sheet.js';
import type { Summary } from './summary.js';

/** Most points of a curve of losses. */
const POINTS = 300;

/** A line of a plot; lines of one run share a colour. */
interface Line {
  readonly run: number;
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

interface Plot {
  readonly title: string;
  readonly x: string;
  readonly lines: readonly Line[];
}

/** Loss and mean IU of each run and seed, by iteration; stages one behind another. */
function learningCurves({ runs }: Protocol, results: readonly RunResult[], out: string): Plot[] {
  const curves = results.map(({ run: id, seed }) => {
    const run = runs.findIndex((each) => each.id === id);
    const { stages } = TrainLog.read(join(folderOf(out, { run: runs[run]!, seed }), LOG));
    const [loss, test] = [
      { x: [] as number[], y: [] as number[] },
      { x: [] as number[], y: [] as (number | null)[] },
    ];
    let before = 0;
    for (const stage of stages) {
      const [x, y] = thinned(stage.steps, POINTS);
      loss.x.push(...x.map((i) => before + i));
      loss.y.push(...y);
      test.x.push(...stage.tests.map(({ iteration }) => before + iteration));
      test.y.push(...stage.tests.map(({ heads }) => heads[0]?.scores.meanIU ?? null));
      before += stage.steps.at(-1)?.iteration ?? 0;
    }
    return { run, label: `${id}, seed ${seed}`, loss, test };
  });
  return [
    { title: 'loss', x: 'step', lines: curves.map(({ run, label, loss }) => ({ run, label, ...loss })) },
    {
      title: 'mean IU on the test split of the data to learn from',
      x: 'step',
      lines: curves.map(({ run, label, test }) => ({ run, label, ...test })),
    },
  ];
}

/** Mean IU by the width of the band around the true borders, the mean over seeds. */
function trimapCurves({ runs }: Protocol, results: readonly RunResult[]): Plot {
  const lines = runs.flatMap(({ id }, run): Line[] => {
    const bands = results
      .filter((result) => result.run === id)
      .flatMap((result) => (headsOf(result).classes?.trimap ? [headsOf(result).classes!.trimap!] : []));
    if (bands.length === 0) return [];
    const x = bands[0]!.map(({ width }) => width);
    const y = x.map((_, i) => spread(bands.flatMap((of) => of[i]!.meanIU ?? []))?.mean ?? null);
    return [{ run, label: id, x, y }];
  });
  return { title: 'mean IU within so many pixels of a border', x: 'pixels', lines };
}

/** A sheet with its caption; its picture is in the page. */
function figure(sheet: DrawnSheet, out: string): string {
  const png = readFileSync(join(out, sheet.file)).toString('base64');
  return `<figure><img alt="${escaped(sheet.name)}" src="data:image/png;base64,${png}"><figcaption>${escaped(pictureText(sheet))}</figcaption></figure>`;
}

/** The file `report.html`. */
export function reportHtml(
  protocol: Protocol,
  summary: Summary,
  results: readonly RunResult[],
  sheets: readonly DrawnSheet[],
  out: string,
): string {
  const { name, paper } = protocol;
  const plots = [...learningCurves(protocol, results, out), trimapCurves(protocol, results)];
  return htmlPage({
    title: name,
    body: [
      `<h1>${escaped(name)}</h1>`,
      `<blockquote>${escaped(paper.says)} (${escaped(paper.where)})</blockquote>`,
      htmlTable(resultRows(summary)),
      `<p>${escaped(RESULT_NOTE)}</p>`,
      ...(summary.differences.length > 0
        ? [htmlTable(differenceRows(summary)), `<p>${escaped(DIFFERENCE_NOTE)}</p>`]
        : []),
      ...(summary.order ? [`<p>${escaped(summary.order)}</p>`] : []),
      ...sheets.map((sheet) => figure(sheet, out)),
      '<div class="plots"></div>',
    ].join('\n'),
    script: `const place = document.querySelector('.plots');
for (const { title, x, lines } of ${inScript(plots)}) {
  if (lines.length === 0) continue;
  const series = [{ label: x }, ...lines.map(({ label, run }) => ({ label, stroke: colours[run % colours.length], spanGaps: true }))];
  new uPlot({ ...size, title, series }, uPlot.join(lines.map(({ x, y }) => [x, y])), place);
}`,
  });
}
