import { escaped } from '../../src/cli/html.js';
import { adapterName } from '../../src/gpu/device.js';
import { ENGINES } from '../contender.js';
import type { BenchReport, Row } from '../report.js';
import { benchText, ceilingsText, digits, errorText } from '../text.js';
import { bars, COLOURS, layerBars, roofline } from './charts.js';

const STYLE = `body { font: 14px/1.45 system-ui, sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222 }
svg { display: block; max-width: 100%; height: auto; font: 12px system-ui, sans-serif } pre { overflow-x: auto; font-size: 12px }
table { border-collapse: collapse; font-size: 12px } td, th { padding: 0.1em 0.6em; text-align: right; border-bottom: 1px solid #ddd }
td:first-child, th:first-child, td:nth-child(2), th:nth-child(2), td:nth-child(3), th:nth-child(3) { text-align: left }
.key span { display: inline-block; width: 0.9em; height: 0.9em; margin: 0 0.3em 0 1em; vertical-align: -0.1em }`;

/** Cases for which a drawing of all engines says something: those that another engine ran, or all where none did. */
function drawn(rows: readonly Row[]): Row[] {
  const compared = new Set(rows.filter((r) => r.engine !== 'rarefy').map((r) => r.case));
  return rows.filter((r) => compared.size === 0 || compared.has(r.case));
}

const cells = (tag: 'td' | 'th', values: readonly string[]): string =>
  `<tr>${values.map((v) => `<${tag}>${escaped(v)}</${tag}>`).join('')}</tr>`;

function rowsTable(rows: readonly Row[]): string {
  const head = [
    'case',
    'engine',
    'variant',
    'ms',
    'min',
    'max',
    'n',
    'GPU ms',
    'cold ms',
    'GFLOP/s',
    'GB/s',
    'error',
    'against',
  ];
  const body = rows.map((r) =>
    cells('td', [
      r.case,
      r.engine,
      r.variant,
      ...[r.medianMs, r.minMs, r.maxMs].map(digits),
      String(r.samples.length),
      r.gpuMs ? digits(r.gpuMs) : '',
      r.coldMs ? digits(r.coldMs) : '',
      r.flops > 0 ? digits(r.gflops) : '',
      digits(r.gbps),
      errorText(r),
      r.against ?? '',
    ]),
  );
  return `<table>${cells('th', head)}${body.join('\n')}</table>`;
}

function section(report: BenchReport): string {
  const { adapter, browser, runtime, commit, ceilings, rows } = report;
  const shown = drawn(rows);
  const engines = ENGINES.filter((engine) => shown.some((r) => r.engine === engine));
  const nets = rows.filter((r) => r.layers && r.layers.length > 0);
  return `<section><h2>${escaped(adapterName(adapter))}</h2>
<p>${escaped(`${browser || runtime}${commit ? `, commit ${commit}` : ''}`)}${ceilings ? `<br>${escaped(ceilingsText(ceilings))}` : ''}</p>
<h3>Milliseconds, median; the line is least to largest</h3>
<p class="key">${engines.map((e) => `<span style="background:${COLOURS[e]}"></span>${e}`).join('')}</p>
${bars(shown)}
${ceilings ? `<h3>Roofline: our rows under this adapter's own ceilings</h3>${roofline(rows, ceilings)}` : ''}
${nets.map((r) => `<h3>Time per layer of ${escaped(r.case)}, by the GPU's clock</h3>${layerBars(r)}`).join('\n')}
<h3>All rows</h3>${rowsTable(rows)}
<details><summary>As text</summary><pre>${escaped(benchText(report))}</pre></details></section>`;
}

/** Reports as one HTML file that opens without a server. */
export const benchHtml = (reports: readonly BenchReport[]): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Rarefy: benchmark</title><style>${STYLE}</style></head><body>
<h1>Benchmark</h1>
${reports.map(section).join('\n')}
</body></html>
`;
