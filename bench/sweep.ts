// A sweep over many machines needs no scheduler: every machine takes its shard of one list, and appends what it has
// measured to a log that can be read, joined and gone on with.
import { type AdapterInfo, adapterTitle } from '../src/gpu/device.js';
import type { Runtime } from '../src/page/protocol.js';
import type { About, BenchReport, Missing, Row } from './report.js';

/** A job of a sweep that ran: one line of its log. */
export interface LogLine extends About {
  readonly id: string;
  readonly runtime: Runtime;
  readonly browser: string;
  readonly commit: string | null;
  readonly rows: readonly Row[];
  readonly unsupported: readonly Missing[];
  /** Whether the budget ended before it did, so that it is not done. */
  readonly cut?: boolean;
}

/** Which run a job belongs to. */
export interface Run {
  readonly adapter: AdapterInfo;
  readonly runtime: Runtime;
  readonly commit: string | null;
  readonly peers: boolean;
}

/** What a job is called in logs: the same work of the same build on the same adapter has the same id. */
export const jobId = ({ adapter, runtime, commit, peers }: Run, name: string): string =>
  [commit ?? 'no commit', runtime, adapterTitle(adapter), peers ? 'peers' : 'own', name].join('/');

export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly count: number;
}

/** The shard of `i/n`; null where it is none. */
export function parseShard(text: string): Shard | null {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  return index && count && index <= count ? { index, count } : null;
}

/** Every n-th of a list, so that shards are of one size and dear neighbours spread. */
export const shardOf = <T>(list: readonly T[], { index, count }: Shard): T[] =>
  list.filter((_, i) => i % count === index - 1);

/** The last line of each id. */
export const lastOfEach = (lines: readonly LogLine[]): LogLine[] => [
  ...new Map(lines.map((line) => [line.id, line])).values(),
];

/**
 * The lines of a log, the last of each id. A line that is not whole, because its run was killed as it wrote, is left
 * out: its job runs again.
 */
export function parseLog(text: string): { lines: LogLine[]; torn: number } {
  const found: LogLine[] = [];
  let torn = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      const read: LogLine = JSON.parse(line);
      if (typeof read.id !== 'string' || !Array.isArray(read.rows)) throw new Error();
      found.push(read);
    } catch {
      torn++;
    }
  }
  return { lines: lastOfEach(found), torn };
}

/** What to write behind a log's text so that it has one more line, also where the last one is torn. */
export const appended = (text: string, line: LogLine): string =>
  `${text === '' || text.endsWith('\n') ? '' : '\n'}${JSON.stringify(line)}\n`;

/** The reports of logs: one for each adapter, runtime and commit. */
export function reportsOf(lines: readonly LogLine[]): BenchReport[] {
  const groups = new Map<string, LogLine[]>();
  for (const line of lines) {
    const key = JSON.stringify([line.adapter, line.runtime, line.browser, line.commit]);
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups.values()].map((group) => {
    const { adapter, ceilings, runtime, browser, commit } = group.at(-1)!;
    const rows = group.flatMap((line) => line.rows);
    const unsupported = group.flatMap((line) => line.unsupported);
    return {
      runtime,
      browser,
      commit,
      adapter,
      ceilings,
      rows,
      unsupported,
      absent: [],
      skipped: [],
      failed: [],
    };
  });
}

/** Rows and the like in the order of these workloads; those of no such workload come last. */
export function inOrder<T extends { readonly case: string }>(
  list: readonly T[],
  names: readonly string[],
): T[] {
  const places = new Map(names.map((name, i) => [name, i]));
  const place = (each: T) => places.get(each.case) ?? names.length;
  return list.toSorted((a, b) => place(a) - place(b));
}

/** What a report has of its workloads, in their order. */
export const ordered = <R extends Pick<BenchReport, 'rows' | 'unsupported'>>(
  report: R,
  names: readonly string[],
): R => ({
  ...report,
  rows: inOrder(report.rows, names),
  unsupported: inOrder(report.unsupported, names),
});

/** Whether two reports are of one build on one adapter in one runtime. */
export const isSameRun = (a: BenchReport, b: BenchReport): boolean =>
  a.commit !== null &&
  a.commit === b.commit &&
  a.runtime === b.runtime &&
  a.browser === b.browser &&
  adapterTitle(a.adapter) === adapterTitle(b.adapter);

/** A report with what an earlier one of the same run has of other cases. */
export function merged(earlier: BenchReport, report: BenchReport): BenchReport {
  const fresh = new Set([...report.rows, ...report.failed].map((r) => r.case));
  const kept = new Set(earlier.rows.map((r) => r.case).filter((name) => !fresh.has(name)));
  const others = <T extends { readonly case: string }>(list: readonly T[]) =>
    list.filter((r) => !fresh.has(r.case));
  const skipped = new Map([...others(earlier.skipped), ...report.skipped].map((s) => [s.case, s]));
  return {
    ...report,
    rows: [...others(earlier.rows), ...report.rows],
    unsupported: [...others(earlier.unsupported), ...report.unsupported],
    failed: [...others(earlier.failed), ...report.failed],
    skipped: [...skipped.values()].filter((s) => !kept.has(s.case)),
  };
}
