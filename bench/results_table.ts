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

/** The paper's nets on an image of its size. */
const WHOLE = /^fcn.*-500$/;

/** The rows of a report that other engines can be compared on, and those of whole nets, for the README. */
export function resultsTable(report: BenchReport): string {
  const { adapter, browser, runtime, commit, rows } = report;
  const of = (c: string, engine: string): Row | undefined =>
    rows.find((r) => r.case === c && r.engine === engine);
  const cells = (name: string, engines: readonly string[]): string[] =>
    engines.map((engine) => {
      const peer = of(name, engine);
      return peer ? msText(peer) : '';
    });
  const own = (r: Row): string[] => [`\`${r.case}\``, msText(r), r.flops > 0 ? digits(r.gflops) : ''];

  const peers = peersOf(report);
  const compared = gated(compare(rows)).map(({ case: name, ours, quartile, gate, passed }) => [
    ...own(ours),
    ...cells(name, peers),
    times(quartile),
    `${times(gate)}: ${passed ? 'passed' : 'missed'}`,
  ]);
  const nets = rows.filter((r) => r.engine === 'rarefy' && WHOLE.test(r.case));
  const beside = peers.filter((engine) => nets.some((r) => of(r.case, engine)));
  const whole = nets.map((r) => [
    ...own(r),
    r.coldMs === undefined ? '' : digits(r.coldMs),
    ...cells(r.case, beside),
  ]);

  const where = `${adapterName(adapter)}, ${browser || runtime}${commit ? `, commit ${commit}` : ''}`;
  return [
    `${where}; milliseconds, \`(n)\` the median of n samples instead of 5:`,
    '',
    markdown([['case', 'rarefy', 'GFLOP/s', ...peers, 'faster WebGPU peer / rarefy', 'gate'], ...compared]),
    ...(whole.length > 0
      ? ['', markdown([['net and size', 'rarefy', 'GFLOP/s', 'first result', ...beside], ...whole])]
      : []),
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
