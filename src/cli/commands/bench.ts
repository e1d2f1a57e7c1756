import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished } from '../../../bench/bench.js';
import { benchHtml } from '../../../bench/html/page.js';
import { type BenchReport, compare } from '../../../bench/report.js';
import { jobId, parseShard, reportsOf, type Shard, shardOf } from '../../../bench/sweep.js';
import { benchText } from '../../../bench/text.js';
import { workloads } from '../../../bench/workloads/index.js';
import { listOf } from '../../../bench/workloads/list.js';
import { SETS } from '../../../bench/workloads/workload.js';
import type { Progress } from '../../page/protocol.js';
import { JobLog, readLogs } from '../bench_log.js';
import { commit, saveResults } from '../bench_results.js';
import { benchVariant } from '../bench_variant.js';
import { command, type Outcome, UsageError } from '../command.js';
import { dist, ensurePeers, PEERS, peerFolders } from '../peers.js';

/** Minutes. */
const BUDGET = '20';

const listed = (text: string | undefined): string[] => text?.split(',').filter(Boolean) ?? [];

function shardArg(text: string | undefined): Shard {
  const shard = parseShard(text ?? '1/1');
  if (!shard) throw new UsageError(`bench: --shard ${text}, should be i/n with i from 1 to n`);
  return shard;
}

function budgetArg(text: string): number {
  const minutes = Number(text);
  if (!(minutes > 0)) throw new UsageError(`bench: --budget ${text}, should be a positive number of minutes`);
  return 60_000 * minutes;
}

const isFinished = (event: unknown): event is Finished =>
  typeof event === 'object' && event !== null && 'finished' in event;

/** The text of reports, their JSON, and the HTML file where one is wanted. */
function outcome(reports: readonly BenchReport[], html: string | undefined): Outcome {
  if (html) writeFileSync(html, benchHtml(reports));
  const json = reports.map((r) => ({ ...r, missed: compare(r.rows).filter((c) => !c.met) }));
  return {
    text: reports.map(benchText).join('\n\n'),
    json: json.length === 1 ? json[0]! : { reports: json },
  };
}

export const bench = command({
  name: 'bench',
  description: 'Measures operators and nets, each checked against the CPU first',
  args: {
    set: {
      type: 'enum',
      options: [...SETS],
      description:
        'quick (the compared layers and a net), full (every layer and net of the paper), cases (of the tests), all',
    },
    only: { type: 'string', description: 'the workloads of these names, a,b,c, or those that contain them' },
    budget: { type: 'string', default: BUDGET, description: 'minutes after which none begins' },
    peers: {
      type: 'boolean',
      description:
        'compare with onnxruntime-web (WebGPU, WebAssembly) and TensorFlow.js, installed when missing',
    },
    html: { type: 'string', description: 'write a report that opens without a server', valueHint: 'FILE' },
    save: { type: 'boolean', description: "write bench/results, and the table of the clone's README" },
    list: { type: 'boolean', description: 'print the workloads and measure nothing' },
    log: {
      type: 'string',
      description: 'append each workload that is done to a log',
      valueHint: 'FILE.jsonl',
    },
    resume: { type: 'boolean', description: 'leave out what the log has' },
    shard: { type: 'string', description: 'every n-th workload, from the i-th on', valueHint: 'i/n' },
    from: {
      type: 'string',
      description: 'report what these logs have, a.jsonl,b.jsonl, and measure nothing',
    },
    kernel: {
      type: 'string',
      description: 'the operator, or kernel, that --variant is for',
      valueHint: 'NAME',
    },
    variant: {
      type: 'string',
      description: 'check, time and compare the kernel of a file in the place of a built-in one',
      valueHint: 'FILE.wgsl',
    },
    watch: { type: 'boolean', description: 'with --variant: again whenever the file is saved' },
    'browser-ws': { type: 'string', description: 'a Chrome that runs elsewhere', valueHint: 'ws://...' },
  },
  async run(args, tools) {
    const browserWs = args['browser-ws'];
    if (args.kernel || args.variant || args.watch) {
      const { kernel, variant, watch = false, json } = args;
      if (!kernel || !variant)
        throw new UsageError('bench: --kernel and --variant, should be given together');
      const print = (o: Outcome) => console.log(json ? JSON.stringify(o.json) : o.text);
      return benchVariant({ kernel, variant, watch, only: listed(args.only), browserWs, print }, tools);
    }
    if (args.from) return outcome(reportsOf(readLogs(listed(args.from), tools.log)), args.html);
    const { peers = false, save = false } = args;
    const only = listed(args.only);
    if (args.resume && !args.log) throw new UsageError('bench: --resume goes with --log');
    if (save && (args.only || args.shard))
      throw new UsageError('bench: --save with --only or --shard, should be a whole set');
    const chosen = shardOf(workloads(args.set ?? (args.only ? 'all' : 'quick'), only), shardArg(args.shard));
    if (chosen.length === 0) throw new UsageError(`bench: no workload has ${only.join(' or ')} in its name`);
    if (args.list)
      return { text: chosen.map(({ name }) => name).join('\n'), json: { workloads: chosen.map(listOf) } };
    if (peers) ensurePeers(tools.log);

    const run = { runtime: tools.runtime, commit: commit(), peers };
    const log = args.log ? new JobLog(args.log, args.resume ?? false, tools.log) : null;
    const names = chosen.map(({ name }) => name);
    const left = names.filter((name) => !log?.has(jobId(run, name)));
    if (log && left.length < names.length)
      tools.log(`${names.length - left.length} of ${names.length} workloads are in ${args.log}`);
    const before = log?.lines.filter(({ id }) => names.some((name) => jobId(run, name) === id)) ?? [];
    if (left.length === 0) return outcome(reportsOf(before), args.html);

    let browser = '';
    const budgetMs = budgetArg(args.budget);
    const measured = await tools.run(
      'bench',
      {
        names: left,
        asked: args.only ? left : [],
        peers: peers ? peerFolders(tools.runtime) : null,
        budgetMs,
      },
      {
        bundle: join(dist, 'bench.js'),
        ...(peers && { folders: PEERS }),
        ...(browserWs && { browserWs }),
        // Its place belongs to this machine, not to the result.
        onStart: (about) => (browser = about.split(', ')[0]!),
        onProgress: (event) => {
          if (!isFinished(event)) return tools.progress(event as Progress);
          const { finished, about, rows, unsupported } = event;
          const { runtime, commit } = run;
          log?.append({ id: jobId(run, finished), runtime, browser, commit, ...about, rows, unsupported });
        },
      },
    );
    const report: BenchReport = {
      runtime: run.runtime,
      browser,
      commit: run.commit,
      ...measured,
      rows: [...before.flatMap((line) => line.rows), ...measured.rows],
      unsupported: [...before.flatMap((line) => line.unsupported), ...measured.unsupported],
    };
    if (save) saveResults(report);
    return outcome([report], args.html);
  },
});
