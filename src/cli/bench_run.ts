// One run of the benchmark: what a log has is left out, and what was measured is kept however the run ends.
import { join } from 'node:path';
import type { Ended, Finished } from '../../bench/bench.js';
import type { BenchReport } from '../../bench/report.js';
import { jobId, type LogLine, ordered } from '../../bench/sweep.js';
import type { Progress } from '../page/protocol.js';
import { JobLog } from './bench_log.js';
import { builtCommit } from './bench_results.js';
import type { Tools } from './command.js';
import { dist, PEERS, peerFolders } from './peers.js';

export interface RunArgs {
  /** Names of workloads, in their order. */
  readonly names: readonly string[];
  /** Whether they were asked for by name. */
  readonly asked: boolean;
  readonly peers: boolean;
  readonly budgetMs: number;
  /** Where to append what is done. */
  readonly log: string | undefined;
  /** Whether what the log has counts as done. */
  readonly resume: boolean;
  readonly browserWs: string | undefined;
}

const isFinished = (event: unknown): event is Finished =>
  typeof event === 'object' && event !== null && 'finished' in event;

/** Measures workloads. `whole` is false where the run ended before them; it rejects where it did before the first. */
export async function benchRun(o: RunArgs, tools: Tools): Promise<{ report: BenchReport; whole: boolean }> {
  const { names, peers, budgetMs } = o;
  const { runtime } = tools;
  const commit = builtCommit();
  const io = { bundle: join(dist, 'bench.js'), ...(o.browserWs && { browserWs: o.browserWs }) };
  const log = o.log ? new JobLog(o.log, o.resume, tools.log) : null;
  let before: readonly LogLine[] = [];
  if (log && log.lines.length > 0) {
    const run = { adapter: await tools.run('adapter', undefined, io), runtime, commit, peers };
    const ids = new Set(names.map((name) => jobId(run, name)));
    before = log.lines.filter(({ id, cut }) => ids.has(id) && !cut);
    if (before.length > 0) tools.log(`${before.length} of ${names.length} workloads are in ${o.log}`);
  }
  const had = new Set(before.flatMap(({ rows }) => rows.map((r) => r.case)));
  const left = names.filter((name) => !had.has(name));

  let browser = before.at(-1)?.browser ?? '';
  const done: Finished[] = [];
  const onProgress = (event: unknown) => {
    if (!isFinished(event)) return tools.progress(event as Progress);
    done.push(event);
    const { finished, about, rows, unsupported, cut, failed } = event;
    if (failed) return tools.log(`${finished}: ${failed}`);
    const id = jobId({ adapter: about.adapter, runtime, commit, peers }, finished);
    log?.append({ id, runtime, browser, commit, ...about, rows, unsupported, ...(cut && { cut }) });
  };
  let ended: Ended | null = null;
  if (left.length > 0)
    try {
      ended = await tools.run(
        'bench',
        { names: left, asked: o.asked ? left : [], peers: peers ? peerFolders(runtime) : null, budgetMs },
        {
          ...io,
          ...(peers && { folders: PEERS }),
          // Its place belongs to this machine, not to the result.
          onStart: (about) => (browser = about.split(', ')[0]!),
          onProgress,
        },
      );
    } catch (error) {
      if (done.length === 0) throw error;
      tools.log(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  const whole = left.length === 0 || ended !== null;
  const { adapter, ceilings } = done.at(-1)?.about ?? ended ?? before.at(-1)!;
  const reached = new Set(done.map(({ finished }) => finished));
  const unreached = left.filter((name) => !reached.has(name));
  const reason = tools.signal.aborted ? 'interrupted' : 'the run broke off';
  const report = {
    runtime,
    browser,
    commit,
    adapter,
    ceilings,
    rows: [...before, ...done].flatMap(({ rows }) => rows),
    unsupported: [...before, ...done].flatMap(({ unsupported }) => unsupported),
    absent: ended?.absent ?? [],
    skipped: ended?.skipped ?? (whole ? [] : unreached.map((name) => ({ case: name, reason }))),
    failed: done.flatMap(({ finished, failed }) => (failed ? [{ case: finished, reason: failed }] : [])),
  };
  return { report: ordered(report, names), whole };
}
