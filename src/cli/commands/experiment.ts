import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FormatError } from '../../errors.js';
import { command, type Tools, UsageError } from '../command.js';
import { type Protocol, parseProtocol } from '../experiment/protocol.js';
import { reportHtml } from '../experiment/report_html.js';
import { differenceRows, reportMarkdown, resultRows } from '../experiment/report_text.js';
import { readResult } from '../experiment/result.js';
import { runJobs, writeWhole } from '../experiment/run.js';
import { jobsOf } from '../experiment/schedule.js';
import { type DrawnSheet, drawSheet } from '../experiment/sheet.js';
import { summarize } from '../experiment/summary.js';
import { filesText } from '../run_text.js';
import { table } from '../table.js';
import { REPORT } from '../train_run.js';

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
function keep(out: string, path: string, { json, protocol }: ReturnType<typeof read>, resume: boolean): void {
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
}

/** Writes what comes of the results, first without pictures, which take time. */
async function reportOn(protocol: Protocol, out: string, tools: Tools) {
  const results = jobsOf(protocol, protocol.runs).flatMap((job) => readResult(out, job) ?? []);
  const summary = summarize(protocol, results);
  const { name, paper } = protocol;
  const sheets: DrawnSheet[] = [];
  const write = () => {
    writeWhole(join(out, RESULTS), `${JSON.stringify({ name, paper, ...summary, sheets, results })}\n`);
    writeWhole(join(out, MARKDOWN), reportMarkdown(protocol, summary, sheets));
    writeWhole(join(out, REPORT), reportHtml(protocol, summary, results, sheets, out));
  };
  write();
  for (const sheet of protocol.pictures) {
    const drawn = await drawSheet(sheet, protocol, out, tools);
    if (drawn) sheets.push(drawn);
    else tools.log(`pictures ${sheet.name}: not drawn, no seed has pictures of ${sheet.runs.join(', ')}`);
  }
  if (sheets.length > 0) write();
  return { summary, sheets, done: results.length };
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
    const given = read(path);
    const { protocol } = given;
    const ids = only ? only.split(',') : null;
    const unknown = ids?.find((id) => !protocol.runs.some((run) => run.id === id));
    if (unknown !== undefined)
      throw new UsageError(`--only ${unknown}: should be of ${protocol.runs.map(({ id }) => id).join(', ')}`);
    keep(out, path, given, resume || report);
    if (!report) await runJobs(protocol, { out, only: ids }, tools);
    const { summary, sheets, done } = await reportOn(protocol, out, tools);
    const files = [RESULTS, MARKDOWN, REPORT, ...sheets.map(({ file }) => file)];
    const of = jobsOf(protocol, protocol.runs).length;
    return {
      text: [
        table(resultRows(summary)),
        ...(summary.differences.length > 0 ? [table(differenceRows(summary))] : []),
        ...(summary.order ? [summary.order] : []),
        filesText(out, files),
      ].join('\n\n'),
      json: { name: protocol.name, out, done, of, ...summary, sheets, files },
    };
  },
});
