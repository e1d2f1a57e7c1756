// The report of a training run: one HTML file that opens without a server.
import { escaped } from './html.js';
import { htmlPage, inScript } from './html_page.js';
import type { RunLog } from './train_log.js';

const percent = (v: number | null): string => (v === null ? '' : (100 * v).toFixed(1));

/** Most points of a curve. */
const MOST_POINTS = 2000;

/** Iterations and losses of steps, averaged in runs where they are more than so many. */
export function thinned(steps: RunLog['stages'][number]['steps'], most = MOST_POINTS): [number[], number[]] {
  const run = Math.ceil(steps.length / most);
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
  return htmlPage({
    title: 'training',
    running,
    body: `<h1>Training${running ? ', under way' : ''}</h1>
<pre>${escaped(run.settings)}</pre>
${run.stages.map(stageHtml).join('\n')}`,
    script: `const stages = ${inScript(plots)};
document.querySelectorAll('.plots').forEach((place, i) => {
  const { loss, tests } = stages[i];
  if (loss[0].length) new uPlot({ ...size, title: 'loss', series: [{ label: 'step' }, { label: 'loss', stroke: colours[0] }] }, loss, place);
  if (tests[0].length) new uPlot({ ...size, title: 'test', series: [{ label: 'step' }, ...${inScript(Object.values(METRICS))}.map((label, k) => ({ label, stroke: colours[k], spanGaps: true }))] }, tests, place);
});`,
  });
}
