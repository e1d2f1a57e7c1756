import { adapterName } from '../src/gpu/device.js';
import { gated } from './gates.js';
import { type BenchReport, compare, type Row } from './report.js';
import { digits, msText, peersOf, times } from './text.js';

const BEGIN = '<!-- made from bench/results by `npm run bench -- --save` -->';
const END = '<!-- end of what is made from bench/results -->';

/** A Markdown table with its columns aligned. */
function markdown(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, i) => Math.max(3, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((c, i) => c.padEnd(widths[i]!)).join(' | ')} |`;
  return [line(head), line(widths.map((w) => '-'.repeat(w))), ...rows.slice(1).map(line)].join('\n');
}

/** The rows of a report that other engines can be compared on, for the README. */
export function resultsTable(report: BenchReport): string {
  const { adapter, browser, runtime, commit, rows } = report;
  const peers = peersOf(report);
  const comparisons = gated(compare(rows));
  const of = (c: string, engine: string): Row | undefined =>
    rows.find((r) => r.case === c && r.engine === engine);
  const lines = comparisons.map(({ case: name, ours, quartile, gate, passed }) => [
    `\`${name}\``,
    msText(ours),
    ours.flops > 0 ? digits(ours.gflops) : '',
    ...peers.map((engine) => {
      const peer = of(name, engine);
      return peer ? msText(peer) : '';
    }),
    times(quartile),
    `${times(gate)}: ${passed ? 'passed' : 'missed'}`,
  ]);
  const where = `${adapterName(adapter)}, ${browser || runtime}${commit ? `, commit ${commit}` : ''}`;
  return [
    `${where}; milliseconds, \`(n)\` the median of n samples instead of 5:`,
    '',
    markdown([['case', 'rarefy', 'GFLOP/s', ...peers, 'faster WebGPU peer / rarefy', 'gate'], ...lines]),
  ].join('\n');
}

/** A README with the tables of all reports in their place. @throws Error where it has no such place */
export function withTable(readme: string, reports: readonly BenchReport[]): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README: no lines '${BEGIN}' and '${END}'`);
  const tables = reports
    .filter(({ rows }) => gated(compare(rows)).length > 0)
    .map(resultsTable)
    .join('\n\n');
  return `${readme.slice(0, from + BEGIN.length)}\n\n${tables}\n\n${readme.slice(to)}`;
}
