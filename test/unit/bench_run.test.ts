import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Finished } from '../../bench/bench.js';
import { type BenchReport, type Row, row } from '../../bench/report.js';
import { appended, type LogLine } from '../../bench/sweep.js';
import { readLogs } from '../../src/cli/bench_log.js';
import { resultsName, saveResults } from '../../src/cli/bench_results.js';
import { benchRun, type RunArgs } from '../../src/cli/bench_run.js';
import type { Tools } from '../../src/cli/command.js';
import { commitOf } from '../../src/cli/commit.mjs';

const adapterOf = (description: string) => ({
  vendor: '',
  architecture: '',
  device: '',
  description,
  software: false,
});
const rowOf = (name: string, ms = 1): Row =>
  row({ case: name, engine: 'rarefy', variant: '', maxError: 0, flops: 1, bytes: 1 }, [ms]);

/** What a job does with each workload: times it, fails, cuts it short, or breaks off before it. */
type Script = Readonly<Record<string, 'time' | 'fail' | 'cut' | 'stop'>>;

/** A page that runs a script, on an adapter. */
function fakeTools(script: Script, description = 'A', interrupt = new AbortController()) {
  const ran: string[] = [];
  const about = { adapter: adapterOf(description), ceilings: null };
  const run = async (job: string, options: { names: string[] }, io: { onProgress(e: Finished): void }) => {
    if (job === 'adapter') return about.adapter;
    for (const name of options.names) {
      const what = script[name];
      if (what === 'stop') {
        interrupt.abort(new DOMException('interrupted', 'AbortError'));
        throw interrupt.signal.reason;
      }
      ran.push(name);
      const failed = what === 'fail' ? { failed: 'out of memory' } : {};
      const rows = what === 'fail' ? [] : [rowOf(name)];
      io.onProgress({ finished: name, about, rows, unsupported: [], cut: what === 'cut', ...failed });
    }
    return { ...about, absent: [], skipped: [] };
  };
  const tools = { runtime: 'chrome', signal: interrupt.signal, progress: () => {}, log: () => {}, run };
  return { tools: tools as unknown as Tools, ran };
}

describe('bench: a run', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rarefy-bench-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const args = (names: readonly string[], o: Partial<RunArgs> = {}): RunArgs => ({
    names,
    asked: false,
    peers: false,
    budgetMs: 1000,
    log: undefined,
    resume: false,
    browserWs: undefined,
    ...o,
  });
  const cases = (report: BenchReport) => report.rows.map((r) => r.case);

  it('lists a workload that failed, and goes on', async () => {
    const { tools } = fakeTools({ a: 'time', b: 'fail', c: 'time' });
    const { report, whole } = await benchRun(args(['a', 'b', 'c']), tools);
    expect(whole).to.equal(true);
    expect(cases(report)).to.deep.equal(['a', 'c']);
    expect(report.failed).to.deep.equal([{ case: 'b', reason: 'out of memory' }]);
  });

  it('keeps what was measured before an interrupt, and says what was not reached', async () => {
    const { tools } = fakeTools({ a: 'time', b: 'stop' });
    const { report, whole } = await benchRun(args(['a', 'b', 'c']), tools);
    expect(whole).to.equal(false);
    expect(cases(report)).to.deep.equal(['a']);
    expect(report.skipped).to.deep.equal([
      { case: 'b', reason: 'interrupted' },
      { case: 'c', reason: 'interrupted' },
    ]);
    const before = benchRun(args(['b']), fakeTools({ b: 'stop' }).tools);
    expect(((await before.catch((e: Error) => e)) as Error).name).to.equal('AbortError');
  });

  it('completes on the next run what failed or was cut by the budget, and no row comes twice', async () => {
    const log = join(folder, 'a.jsonl');
    const names = ['a', 'b', 'c'];
    const first = fakeTools({ a: 'time', b: 'fail', c: 'cut' });
    expect(cases((await benchRun(args(names, { log }), first.tools)).report)).to.deep.equal(['a', 'c']);
    const next = fakeTools({ b: 'time', c: 'time' });
    const { report } = await benchRun(args(names, { log, resume: true }), next.tools);
    expect(next.ran).to.deep.equal(['b', 'c']);
    expect(cases(report)).to.deep.equal(['a', 'b', 'c']);
    const last = fakeTools({});
    await benchRun(args(names, { log, resume: true }), last.tools);
    expect(last.ran).to.deep.equal([]);
  });

  it('lists what it has in the order of the workloads, whatever a log had first', async () => {
    const log = join(folder, 'a.jsonl');
    await benchRun(args(['b'], { log }), fakeTools({ b: 'time' }).tools);
    const { report } = await benchRun(
      args(['a', 'b'], { log, resume: true }),
      fakeTools({ a: 'time' }).tools,
    );
    expect(cases(report)).to.deep.equal(['a', 'b']);
  });

  it('does not take the figures of another adapter for its own', async () => {
    const log = join(folder, 'a.jsonl');
    await benchRun(args(['a'], { log }), fakeTools({ a: 'time' }, 'A').tools);
    const other = fakeTools({ a: 'time' }, 'B');
    const { report } = await benchRun(args(['a'], { log, resume: true }), other.tools);
    expect(other.ran).to.deep.equal(['a']);
    expect(report.adapter.description).to.equal('B');
    expect(report.rows).to.have.length(1);
  });

  it("of two logs with one job has the later one's", () => {
    const line = (ms: number): LogLine => ({
      id: 'a',
      runtime: 'chrome',
      browser: '',
      commit: 'abc',
      adapter: adapterOf('A'),
      ceilings: null,
      rows: [rowOf('a', ms)],
      unsupported: [],
    });
    const paths = [1, 2].map((ms) => {
      const path = join(folder, `${ms}.jsonl`);
      appendFileSync(path, appended('', line(ms)));
      return path;
    });
    expect(readLogs(paths, () => {})).to.deep.equal([line(2)]);
  });

  it('is kept in a file of its adapter and runtime, beside the other cases of the same build', () => {
    const reportOf = (o: Partial<BenchReport>): BenchReport => ({
      runtime: 'chrome',
      browser: 'Chrome/1',
      commit: 'abc',
      adapter: adapterOf('SwiftShader Device (Subzero)'),
      ceilings: null,
      rows: [],
      unsupported: [],
      absent: [],
      skipped: [],
      failed: [],
      ...o,
    });
    const name = resultsName(reportOf({}));
    expect(name).to.equal('swiftshader-device-subzero.json');
    expect(resultsName(reportOf({ runtime: 'node' }))).to.equal('swiftshader-device-subzero-node.json');
    mkdirSync(join(folder, 'bench'));
    const kept = (): BenchReport => JSON.parse(readFileSync(join(folder, 'bench/results', name), 'utf8'));
    const only = { case: 'c', reason: 'on hardware' };
    saveResults(reportOf({ rows: [rowOf('a'), rowOf('b')], skipped: [only] }), folder);
    saveResults(reportOf({ rows: [rowOf('b', 2)], skipped: [{ case: 'a', reason: '' }] }), folder);
    expect(kept().rows.map((r) => [r.case, r.medianMs])).to.deep.equal([
      ['a', 1],
      ['b', 2],
    ]);
    expect(kept().skipped).to.deep.equal([only]);
    const last = reportOf({ commit: 'abd', rows: [rowOf('c'), rowOf('d')] });
    saveResults(last, folder);
    expect(kept()).to.deep.equal(last);
    const lines = readFileSync(join(folder, 'bench/results', name), 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('"case":'))).to.have.length(2);
  });

  it('names the commit that was built, and what differed from it by a hash', () => {
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...words], {
        stdio: 'pipe',
      });
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const bundle = write('bundle', 'built 1');
    write('kernel.wgsl', '1');
    write('README.md', '1');
    git('init', '-q');
    git('add', 'kernel.wgsl', 'README.md');
    git('commit', '-qm', 'first');
    const clean = commitOf(folder, bundle);
    expect(clean).to.match(/^[0-9a-f]{7,}$/);
    write('README.md', '2');
    expect(commitOf(folder, bundle)).to.equal(clean);
    write('kernel.wgsl', '2');
    write('bundle', 'built 2');
    const edited = commitOf(folder, bundle)!;
    expect(edited).to.match(new RegExp(`^${clean}\\+[0-9a-f]{8}$`));
    write('bundle', 'built 3');
    expect(commitOf(folder, bundle)).to.not.equal(edited);
  });
});
