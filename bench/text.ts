import { table } from '../src/cli/table.js';
import { adapterName } from '../src/gpu/device.js';
import { type Ceilings, ceilingShare } from './ceilings/ceilings.js';
import { ENGINES, type EngineName } from './contender.js';
import { gated } from './gates.js';
import { type BenchReport, type Comparison, compare, type Row } from './report.js';
import { isMarked } from './timing.js';

export const digits = (value: number): string =>
  value >= 100 || value === 0 ? value.toFixed(0) : value.toPrecision(3);
export const times = (ratio: number): string => `${digits(ratio)}x`;
/** Milliseconds, with the number of samples where they are fewer than usual. */
export const msText = (r: Row): string =>
  isMarked(r) ? `${digits(r.medianMs)} (${r.samples.length})` : digits(r.medianMs);

export const errorText = ({ maxError }: Pick<Row, 'maxError'>): string => maxError?.toExponential(1) ?? '-';

/** The other engines of a report, in the order of all. */
export const peersOf = ({ rows, unsupported }: Pick<BenchReport, 'rows' | 'unsupported'>): EngineName[] =>
  ENGINES.slice(1).filter((e) => [...rows, ...unsupported].some((r) => r.engine === e));

export const ceilingsText = (c: Ceilings): string =>
  [
    `ceilings: ${digits(c.fmaGflops)} GFLOP/s in registers`,
    `copy ${digits(c.copyGbps)} GB/s by a kernel, ${digits(c.bufferCopyGbps)} by copyBufferToBuffer`,
    `a dispatch ${digits(c.dispatchUs)} us, an empty submit ${digits(c.submitMs)} ms`,
    c.timestampNs === null ? 'no timestamps' : `timestamps in steps of ${c.timestampNs} ns`,
  ].join('; ');

/** The report for people: a row a case, then what is slower than it should be. */
export function benchText(report: BenchReport): string {
  const { adapter, browser, commit, ceilings, rows, absent, skipped, failed } = report;
  const peers = peersOf(report);
  const head = ['case', 'ms', 'min', 'max', 'GPU ms', 'GFLOP/s', 'GB/s', 'ceiling', 'error'];
  const cold = rows.some((r) => r.coldMs !== undefined);
  const lines = rows
    .filter((r) => r.engine === 'rarefy')
    .map((r) => [
      r.case,
      msText(r),
      digits(r.minMs),
      digits(r.maxMs),
      r.gpuMs ? digits(r.gpuMs) : '-',
      r.flops > 0 ? digits(r.gflops) : '-',
      digits(r.gbps),
      ceilings ? `${digits(100 * ceilingShare({ ...r, ms: r.medianMs }, ceilings))}%` : '-',
      errorText(r),
      ...(cold ? [r.coldMs === undefined ? '-' : digits(r.coldMs)] : []),
      ...peers.flatMap((engine) => {
        const peer = rows.find((p) => p.case === r.case && p.engine === engine);
        return peer ? [msText(peer), times(peer.medianMs / r.medianMs)] : ['-', '-'];
      }),
    ]);
  return [
    `${adapterName(adapter)}, ${browser}${commit ? `, commit ${commit}` : ''}`,
    ...(ceilings ? [ceilingsText(ceilings)] : []),
    '',
    table([
      [...head, ...(cold ? ['cold ms'] : []), ...peers.flatMap((name) => [`${name} ms`, 'x ours'])],
      ...lines,
    ]),
    ...(rows.some(isMarked) ? ['(n): the median of n samples instead of 5, for its length'] : []),
    ...section('Unsupported', unsupportedLines(report, peers)),
    ...section(
      'Engines that do not load here',
      absent.map(({ engine, reason }) => `${engine}: ${reason}`),
    ),
    ...section('Not run', skippedLines(skipped)),
    ...section(
      'FAILED',
      failed.map((f) => `${f.case}: ${f.reason}`),
    ),
    ...summary(compare(rows)),
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length > 0 ? ['', `${title}:`, ...lines.map((line) => `  ${line}`)] : [];

const unsupportedLines = ({ unsupported }: BenchReport, peers: readonly EngineName[]): string[] =>
  peers.flatMap((engine) =>
    unsupported.filter((m) => m.engine === engine).map((m) => `${engine}, ${m.case}: ${m.reason}`),
  );

/** A line a reason. */
const skippedLines = (skipped: BenchReport['skipped']): string[] =>
  [...new Set(skipped.map((s) => s.reason))].map((reason) => {
    const names = skipped.filter((s) => s.reason === reason).map((s) => s.case);
    return `${names.length}, ${reason}: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''}`;
  });

function summary(comparisons: readonly Comparison[]): string[] {
  if (comparisons.length === 0) return [];
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
    ...section(
      'Gates, by the lower quartile over the rounds of the ratio to the faster WebGPU peer',
      gated(comparisons).map(
        (c) =>
          `${c.passed ? 'passed' : 'MISSED'}  ${c.case}: ${times(c.quartile)} of ${times(c.gate)}${c.goal > c.gate ? `, goal ${times(c.goal)}` : ''}`,
      ),
    ),
    ...part(true, 'Cases of at least 20 MFLOP or 4 MB not faster than both peers'),
    ...part(false, 'Smaller cases beyond 1.5 times the faster peer'),
  ];
}
