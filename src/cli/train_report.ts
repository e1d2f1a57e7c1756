// The report of a training run: one HTML file that opens without a server.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { escaped } from './html.js';
import type { RunLog } from './train_log.js';

/** A file beside the bundle. */
const beside = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');

/** JSON that may stand in a script. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

const percent = (v: number | null): string => (v === null ? '' : (100 * v).toFixed(1));

/** Most points of a curve: more are averaged in runs. */
const MOST_POINTS = 2000;

function thinned(steps: RunLog['stages'][number]['steps']): [number[], number[]] {
  const run = Math.ceil(steps.length / MOST_POINTS);
  const [x, y]: [number[], number[]] = [[], []];
  for (let i = 0; i < steps.length; i += run) {
    const part = steps.slice(i, i + run);
    x.push(part.at(-1)!.iteration);
    y.push(part.reduce((sum, s) => sum + s.loss, 0) / part.length);
  }
  return [x, y];
}

const METRICS = {
  pixelAcc: 'pixel accuracy',
  meanAcc: 'mean accuracy',
  meanIU: 'mean IU',
  fwIU: 'f.w. IU',
} as const;
type Metric = keyof typeof METRICS;
const METRIC_KEYS = Object.keys(METRICS) as Metric[];

function stageHtml(stage: RunLog['stages'][number]): string {
  const heads = stage.tests.at(-1)?.heads ?? [];
  const tables = heads.map(({ suffix, scores }) => {
    const classes = scores.perClass.map(
      ({ name, label, iu, acc }) =>
        `<tr><th>${escaped(name ?? String(label))}<td>${percent(acc)}<td>${percent(iu)}`,
    );
    return `<table><tr><th>${escaped(suffix || 'all')}${METRIC_KEYS.map((m) => `<th>${METRICS[m]}`).join('')}
<tr><th>%${METRIC_KEYS.map((m) => `<td>${percent(scores[m])}`).join('')}</table>
<details><summary>classes</summary><table><tr><th>class<th>accuracy<th>IU${classes.join('')}</table></details>`;
  });
  return `<section><h2>${escaped(stage.name)}</h2><div class="plots"></div>${tables.join('')}</section>`;
}

/** @param running whether the page should load itself again while the run goes on */
export function trainReport(run: RunLog, running: boolean): string {
  const plots = run.stages.map((stage) => {
    const tests = stage.tests.filter(({ heads }) => heads.length > 0);
    return {
      loss: thinned(stage.steps),
      tests: [
        tests.map((t) => t.iteration),
        ...METRIC_KEYS.map((m) => tests.map((t) => t.heads[0]!.scores[m])),
      ],
    };
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rarefy: training</title>
${running ? '<meta http-equiv="refresh" content="10">' : ''}
<style>${beside('uPlot.min.css')}
body { font: 15px/1.4 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 0.5em 0 } td, th { padding: 0.15em 0.7em; text-align: right; border-bottom: 1px solid #ddd }
th:first-child { text-align: left } .plots { display: flex; flex-wrap: wrap; gap: 1em } pre { white-space: pre-wrap; color: #555 }
</style></head><body>
<h1>Training${running ? ', under way' : ''}</h1>
<pre>${escaped(run.settings)}</pre>
${run.stages.map(stageHtml).join('\n')}
<script>${beside('uPlot.iife.min.js')}</script>
<script>
const stages = ${inScript(plots)};
const colours = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728'];
const size = { width: 520, height: 260, scales: { x: { time: false } } };
document.querySelectorAll('.plots').forEach((place, i) => {
  const { loss, tests } = stages[i];
  if (loss[0].length) new uPlot({ ...size, title: 'loss', series: [{ label: 'step' }, { label: 'loss', stroke: colours[0] }] }, loss, place);
  if (tests[0].length) new uPlot({ ...size, title: 'test', series: [{ label: 'step' }, ...${inScript(Object.values(METRICS))}.map((label, k) => ({ label, stroke: colours[k], spanGaps: true }))] }, tests, place);
});
</script></body></html>
`;
}
