import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../../errors.js';
import { command, UsageError } from '../command.js';
import { type Protocol, parseProtocol } from '../experiment/protocol.js';
import { differenceRows, reportMarkdown, resultRows } from '../experiment/report_text.js';
import { readResult } from '../experiment/result.js';
import { runJobs, writeWhole } from '../experiment/run.js';
import { jobsOf } from '../experiment/schedule.js';
import { summarize } from '../experiment/summary.js';
import { filesText } from '../run_text.js';
import { table } from '../table.js';

const PROTOCOL = 'protocol.json';
const RESULTS = 'results.json';
const MARKDOWN = 'results.md';

function read(path: string): { readonly json: string; readonly protocol: Protocol } {
  if (!existsSync(path)) throw new UsageError(`experiment: no file ${path}`);
  const json = readFileSync(path, 'utf8');
  try {
    return { json, protocol: parseProtocol(json) };
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${path}: ${error.message}`) : error;
  }
}

/** What results follow from: the rest of a protocol says only how they are shown. */
const computed = ({ seeds, runs }: Protocol): string => JSON.stringify({ seeds, runs });

/** Keeps the protocol with its results. @throws UsageError where there are those of another, or where none should be */
function keep(out: string, path: string, resume: boolean): Protocol {
  const { json, protocol } = read(path);
  const kept = join(out, PROTOCOL);
  if (resume && !existsSync(kept)) throw new UsageError(`--resume: no ${kept}`);
  if (!resume && existsSync(kept))
    throw new UsageError(
      `--out ${out}: has an experiment; --resume goes on with it, another folder begins anew`,
    );
  if (resume && computed(read(kept).protocol) !== computed(protocol))
    throw new UsageError(
      `${path}: seeds or runs are not those of ${kept}, should be to go on in this folder`,
    );
  mkdirSync(out, { recursive: true });
  writeWhole(kept, json);
  return protocol;
}

export const experiment = command({
  name: 'experiment',
  description: 'Trains and scores every run of a protocol with every seed, and compares them',
  args: {
    protocol: { type: 'positional', description: 'a JSON file', required: true, valueHint: 'FILE.json' },
    out: { type: 'string', required: true, description: 'folder for all that comes of it', valueHint: 'DIR' },
    resume: { type: 'boolean', description: 'goes on in --out; what is done there is not done again' },
    only: { type: 'string', description: 'these runs and those they start from', valueHint: 'RUN,...' },
    report: { type: 'boolean', description: 'runs nothing; reports on what is in --out' },
  },
  async run({ protocol: path, out, only, resume = false, report = false }, tools) {
    if (report && (resume || only)) throw new UsageError('--report: alone, without --resume and --only');
    const protocol = keep(out, path, resume || report);
    const ids = only ? only.split(',') : null;
    const unknown = ids?.find((id) => !protocol.runs.some((run) => run.id === id));
    if (unknown !== undefined)
      throw new UsageError(`--only ${unknown}: should be of ${protocol.runs.map(({ id }) => id).join(', ')}`);
    if (!report) await runJobs(protocol, { out, only: ids }, tools);
    const results = jobsOf(protocol, protocol.runs).flatMap((job) => readResult(out, job) ?? []);
    const summary = summarize(protocol, results);
    const { name, paper } = protocol;
    writeWhole(join(out, RESULTS), `${JSON.stringify({ name, paper, ...summary, results })}\n`);
    writeWhole(join(out, MARKDOWN), reportMarkdown(protocol, summary));
    const files = [RESULTS, MARKDOWN];
    return {
      text: [
        table(resultRows(summary)),
        ...(summary.differences.length > 0 ? [table(differenceRows(summary))] : []),
        ...(summary.order ? [summary.order] : []),
        filesText(out, files),
      ].join('\n\n'),
      json: {
        name,
        out,
        done: results.length,
        of: jobsOf(protocol, protocol.runs).length,
        ...summary,
        files,
      },
    };
  },
});
