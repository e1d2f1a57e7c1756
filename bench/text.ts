import { table } from '../src/cli/table.js';
import { adapterName } from '../src/gpu/device.js';
import { ENGINES, type EngineName } from './contender.js';
import { type BenchReport, type Comparison, compare } from './report.js';

const digits = (value: number): string =>
  value >= 100 || value === 0 ? value.toFixed(0) : value.toPrecision(3);
const times = (ratio: number): string => `${digits(ratio)}x`;

/** The report for people: a row a case, then what is slower than it should be. */
export function benchText(report: BenchReport): string {
  const { adapter, browser, commit, rows, unsupported } = report;
  const peers = ENGINES.slice(1).filter((e) => [...rows, ...unsupported].some((r) => r.engine === e));
  const head = ['case', 'ms', 'min', 'max', 'GFLOP/s', 'GB/s', 'error'];
  const lines = rows
    .filter((r) => r.engine === 'rarefy')
    .map((r) => [
      r.case,
      ...[r.medianMs, r.minMs, r.maxMs].map(digits),
      r.flops > 0 ? digits(r.gflops) : '-',
      digits(r.gbps),
      r.maxError.toExponential(1),
      ...peers.flatMap((engine) => {
        const peer = rows.find((p) => p.case === r.case && p.engine === engine);
        return peer ? [digits(peer.medianMs), times(peer.medianMs / r.medianMs)] : ['-', '-'];
      }),
    ]);
  return [
    `${adapterName(adapter)}, ${browser}${commit ? `, commit ${commit}` : ''}`,
    '',
    table([[...head, ...peers.flatMap((name) => [`${name} ms`, 'x ours'])], ...lines]),
    ...section('Unsupported', unsupportedLines(report, peers)),
    ...summary(compare(rows), peers.length > 0),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', `${title}:`, ...lines.map((line) => `  ${line}`)] : [];

const unsupportedLines = ({ unsupported }: BenchReport, peers: readonly EngineName[]): string[] =>
  peers.flatMap((engine) =>
    unsupported.filter((m) => m.engine === engine).map((m) => `${engine}, ${m.case}: ${m.reason}`),
  );

function summary(comparisons: readonly Comparison[], asked: boolean): string[] {
  if (!asked) return [];
  const line = (c: Comparison) => {
    const fastest = c.peers.reduce((a, b) => (b.medianMs < a.medianMs ? b : a));
    return `${c.case}: ${digits(c.ours.medianMs)} ms, ${fastest.engine} ${digits(fastest.medianMs)} ms (${times(c.ratio)})`;
  };
  const part = (large: boolean, what: string) => {
    const all = comparisons.filter((c) => c.large === large);
    const missed = all.filter((c) => !c.met);
    return section(`${what}: ${missed.length} of ${all.length}`, missed.map(line)).concat(
      missed.length === 0 ? ['', `${what}: none of ${all.length}`] : [],
    );
  };
  return [
    ...part(true, 'Cases of at least 20 MFLOP or 4 MB not faster than both peers'),
    ...part(false, 'Smaller cases beyond 1.5 times the faster peer'),
  ];
}
