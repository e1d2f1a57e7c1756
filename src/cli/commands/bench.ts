import { readFileSync, writeFileSync } from 'node:fs';
import { benchHtml } from '../../../bench/html/page.js';
import { type BenchReport, compare } from '../../../bench/report.js';
import { ordered, parseShard, reportsOf, type Shard, shardOf } from '../../../bench/sweep.js';
import { benchText } from '../../../bench/text.js';
import { parseTorch, type TorchTimes, withTorch } from '../../../bench/torch.js';
import { workloads } from '../../../bench/workloads/index.js';
import { listOf } from '../../../bench/workloads/list.js';
import { SETS, type SetName, type Workload } from '../../../bench/workloads/workload.js';
import { DataError } from '../../errors.js';
import { readLogs } from '../bench_log.js';
import { saveResults } from '../bench_results.js';
import { benchRun } from '../bench_run.js';
import { benchVariant } from '../bench_variant.js';
import { command, type Outcome, UsageError } from '../command.js';
import { ensurePeers } from '../peers.js';

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

/** Adds the rows of PyTorch from a file, if there is one. */
function torchArg(path: string | undefined): (report: BenchReport) => BenchReport {
  if (!path) return (report) => report;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw new DataError(`${path}: no such file`, path);
  }
  const torch: TorchTimes = parseTorch(path, text);
  return (report) => withTorch(report, torch);
}

/** Of names that were not found, and some that would be. */
const EXAMPLES = 8;
/** Options that say what to measure, and go neither with logs to report nor with a kernel of one's own. */
const OF_MEASURING = ['set', 'peers', 'list', 'log', 'resume', 'shard'] as const;

/** Options that do not go with a kernel of one's own. */
const OF_RUNS = [...OF_MEASURING, 'html', 'save', 'from', 'torch'] as const;

/** Keeps the results of logs. @throws UsageError where they lack what the README's table is made of. */
function saveLogged(reports: readonly BenchReport[]): void {
  for (const { rows, unsupported } of reports) {
    const had = new Set([...rows, ...unsupported].map((r) => r.case));
    const lacking = workloads('quick')
      .map(({ name }) => name)
      .filter((name) => !had.has(name));
    if (lacking.length > 0)
      throw new UsageError(
        `bench: --save of logs without ${lacking.join(', ')}, should have the whole quick set`,
      );
  }
  for (const each of reports) saveResults(each);
}

/** The workloads of these names, at least one. */
function chosen(
  set: SetName,
  only: readonly string[],
  fits: (w: Workload) => boolean = () => true,
): Workload[] {
  const found = workloads(set, only).filter(fits);
  if (found.length > 0) return found;
  const some = workloads(set).filter(fits).slice(0, EXAMPLES);
  throw new UsageError(
    `bench: no workload has ${only.join(' or ')} in its name, should be one of those that --list prints, as ${some.map(({ name }) => name).join(', ')}`,
  );
}

/** The text of reports, their JSON, and the HTML file where one is wanted. */
function outcome(reports: readonly BenchReport[], html: string | undefined, whole = true): Outcome {
  if (html) writeFileSync(html, benchHtml(reports));
  const json = reports.map((r) => ({ ...r, missed: compare(r.rows).filter((c) => !c.met) }));
  return {
    text: reports.map(benchText).join('\n\n'),
    json: json.length === 1 ? json[0]! : { reports: json },
    ok: whole && reports.every((r) => r.failed.length === 0),
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
    torch: {
      type: 'string',
      description: 'join what bench/torch_baseline.py printed',
      valueHint: 'FILE.json',
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
      const other = OF_RUNS.find((name) => args[name]);
      if (other) throw new UsageError(`bench: --${other} does not go with --variant`);
      const only = listed(args.only);
      if (only.length > 0) chosen('all', only, ({ work }) => work.kind === 'layer');
      const print = (o: Outcome) => console.log(json ? JSON.stringify(o.json) : o.text);
      return benchVariant({ kernel, variant, watch, only, browserWs, print }, tools);
    }
    const join = torchArg(args.torch);
    const { peers = false, save = false } = args;
    if (args.from) {
      const other = [...OF_MEASURING, 'only' as const].find((name) => args[name]);
      if (other) throw new UsageError(`bench: --${other} does not go with --from`);
      const names = workloads('all').map(({ name }) => name);
      const reports = reportsOf(readLogs(listed(args.from), tools.log)).map((r) => join(ordered(r, names)));
      if (save) saveLogged(reports);
      return outcome(reports, args.html);
    }
    const only = listed(args.only);
    if (args.resume && !args.log) throw new UsageError('bench: --resume goes with --log');
    if (save && (args.only || args.shard))
      throw new UsageError('bench: --save with --only or --shard, should be a whole set');
    const wanted = chosen(args.set ?? (args.only ? 'all' : 'quick'), only);
    const mine = shardOf(wanted, shardArg(args.shard));
    if (mine.length === 0)
      throw new UsageError(`bench: --shard ${args.shard} of ${wanted.length} workloads, should have one`);
    if (args.list)
      return { text: mine.map(({ name }) => name).join('\n'), json: { workloads: mine.map(listOf) } };
    const budgetMs = budgetArg(args.budget);
    if (peers) ensurePeers(tools.log);
    const { report: measured, whole } = await benchRun(
      {
        names: mine.map(({ name }) => name),
        asked: args.only !== undefined,
        peers,
        budgetMs,
        log: args.log,
        resume: args.resume ?? false,
        browserWs,
      },
      tools,
    );
    const report = join(measured);
    if (save && whole) saveResults(report);
    return outcome([report], args.html, whole);
  },
});
