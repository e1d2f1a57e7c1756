import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { GATES, gated } from '../../bench/gates.js';
import { benchHtml } from '../../bench/html/page.js';
import { logScale } from '../../bench/html/scale.js';
import { type BenchReport, compare, row } from '../../bench/report.js';
import { resultsTable, withTable } from '../../bench/results_table.js';
import {
  appended,
  inOrder,
  jobId,
  type LogLine,
  parseLog,
  parseShard,
  reportsOf,
  shardOf,
} from '../../bench/sweep.js';
import { counted } from '../../bench/task.js';
import { benchText } from '../../bench/text.js';
import { parseTorch, withTorch } from '../../bench/torch.js';
import { workloads } from '../../bench/workloads/index.js';
import { listOf } from '../../bench/workloads/list.js';
import { savedResults } from '../../src/cli/bench_results.js';

const adapter = { vendor: 'v', architecture: '', device: '', description: 'A <GPU> & more', software: false };
const ceilings = {
  fmaGflops: 100,
  copyGbps: 10,
  bufferCopyGbps: 20,
  dispatchUs: 1,
  submitMs: 1,
  timestampNs: 1000,
};
const timed = (name: string, engine: 'rarefy' | 'ort-webgpu', samples: readonly number[]) =>
  row(
    { case: name, engine, variant: 'k', maxError: 1e-7, flops: 1e9, bytes: 1e7, against: 'float64' },
    samples,
  );
const line = (id: string, o: Partial<LogLine> = {}): LogLine => ({
  id,
  runtime: 'chrome',
  browser: 'Chrome/1',
  commit: 'abc',
  adapter,
  ceilings,
  rows: [timed(id, 'rarefy', [10, 11, 12, 13, 14])],
  unsupported: [],
  ...o,
});

describe('bench: workloads', () => {
  it('have names of their own', () => {
    const names = workloads('all').map(({ name }) => name);
    expect(names).to.have.length.greaterThan(300);
    expect(new Set(names).size).to.equal(names.length);
  });

  it('of the quick set have every gate, and the net of 42.4 GFLOP', () => {
    const quick = workloads('quick');
    expect(quick.map(({ name }) => name)).to.include.members(Object.keys(GATES));
    const net = quick.find(({ name }) => name === 'fcn8s-224-pad1')!;
    expect(counted(net).flops / 1e9).to.be.closeTo(42.43, 0.01);
  });

  it('of the full set have each distinct layer of the three nets once, crops merged as they run', () => {
    const names = workloads('full').map(({ name }) => name);
    expect(names).to.include.members([
      'vgg16-224 conv3_2',
      'alexnet-224 conv1',
      'googlenet-224 inception_3a/5x5',
    ]);
    // conv3_3 has the size of conv3_2.
    expect(names).to.not.include('vgg16-224 conv3_3');
    const padded = workloads('full', ['vgg16-500 upscore8', 'vgg16-500 fuse_pool4']);
    const ops = padded.map(({ work }) => work.kind === 'layer' && work.case.op);
    expect(ops).to.deep.equal(['crop_sum', 'conv_transpose2d_bilinear']);
    const sums = padded.map(({ work }) => work.kind === 'layer' && work.case.layer?.y);
    expect(sums[1]).to.include({ h: 500, w: 500 });
  });

  it('are taken by their whole name, or else by a part of it', () => {
    const only = (...names: string[]) => workloads('all', names).map(({ name }) => name);
    expect(only('pool')).to.deep.equal(['pool']);
    expect(only('vgg16-224 conv1')).to.deep.equal(['vgg16-224 conv1_1', 'vgg16-224 conv1_2']);
    expect(only('score', 'fc7')).to.deep.equal(['fc7', 'score']);
    expect(only('no such')).to.deep.equal([]);
  });

  it('are listed as JSON that another engine can run', () => {
    const [conv, net] = workloads('quick', ['conv1_2', 'fcn8s-224-pad1']).map((w) =>
      JSON.parse(JSON.stringify(listOf(w))),
    );
    expect(conv.layer.w).to.include({ out: 64, in: 64 });
    expect(conv.layer.options).to.include({ pad: 1, relu: true });
    expect(net.nodes.at(-1).inputs).to.deep.equal(['fuse_pool3']);
  });
});

describe('bench: sweeps', () => {
  it('shards take every workload once', () => {
    const all = [...'abcdefg'];
    const parts = [1, 2, 3].map((index) => shardOf(all, { index, count: 3 }));
    expect(parts).to.deep.equal([
      ['a', 'd', 'g'],
      ['b', 'e'],
      ['c', 'f'],
    ]);
    expect(parseShard('2/3')).to.deep.equal({ index: 2, count: 3 });
    for (const bad of ['0/3', '4/3', '1/0', '1', 'a/b', '1/2/3', ''])
      expect(parseShard(bad), bad).to.equal(null);
  });

  it('a job keeps its id at one commit, and has another elsewhere', () => {
    const run = { adapter, runtime: 'chrome', commit: 'abc', peers: false } as const;
    const ids = [
      run,
      { ...run, commit: 'abd' },
      { ...run, peers: true },
      { ...run, adapter: { ...adapter, description: 'B' } },
      { ...run, runtime: 'node' } as const,
    ];
    expect(new Set(ids.map((r) => jobId(r, 'pool'))).size).to.equal(5);
    expect(jobId(run, 'pool')).to.equal(jobId({ ...run }, 'pool'));
  });

  it('a log is read line by line, and a torn line costs only its own job', () => {
    let text = '';
    for (const id of ['a', 'b']) text += appended(text, line(id));
    const torn = text.slice(0, -20);
    expect(parseLog(torn)).to.deep.equal({ lines: [line('a')], torn: 1 });
    const again = torn + appended(torn, line('b'));
    expect(parseLog(again).lines.map(({ id }) => id)).to.deep.equal(['a', 'b']);
    const newer = line('a', { browser: 'Chrome/2' });
    expect(parseLog(again + appended(again, newer)).lines.find(({ id }) => id === 'a')).to.deep.equal(newer);
    expect(parseLog('{"id": 1}\n')).to.deep.equal({ lines: [], torn: 1 });
  });

  it('what logs have comes in the order of the workloads', () => {
    const of = (...names: string[]) => names.map((name) => ({ case: name }));
    expect(inOrder(of('z', 'b', 'a', 'b'), ['a', 'b'])).to.deep.equal(of('a', 'b', 'b', 'z'));
  });

  it('lines of one adapter and commit make one report', () => {
    const other = { ...adapter, description: 'B' };
    const reports = reportsOf([
      line('a'),
      line('b', { adapter: other }),
      line('c'),
      line('d', { commit: 'abd' }),
    ]);
    expect(reports.map(({ rows }) => rows.map((r) => r.case))).to.deep.equal([['a', 'c'], ['b'], ['d']]);
  });
});

describe('bench: reports', () => {
  const rows = [timed('conv1_2', 'rarefy', [10, 10, 10]), timed('conv1_2', 'ort-webgpu', [170, 140, 500])];
  const report: BenchReport = {
    ...reportsOf([line('conv1_2', { rows })])[0]!,
    absent: [{ engine: 'tfjs-webgpu', reason: 'no document' }],
    skipped: [{ case: 'x', reason: 'the budget was spent' }],
    failed: [{ case: 'y', reason: 'out of memory' }],
  };

  it('hold the lower quartile of the rounds against the gate', () => {
    expect(gated(compare(rows))).to.have.length(1);
    expect(gated(compare(rows))[0]).to.include({ quartile: 14, gate: 15, goal: 30, passed: false });
  });

  it('say in words what was measured, what was not and why', () => {
    const text = benchText(report);
    for (const part of [
      '10.0 (3)',
      '170 (3)',
      'MISSED  conv1_2: 14.0x of 15.0x, goal 30.0x',
      'no document',
      'y: out of memory',
      'x',
    ])
      expect(text).to.contain(part);
    expect(text).to.contain('100 GFLOP/s in registers');
  });

  it('say what a cold start takes, and in the README whether the gate is passed', () => {
    const cold = benchText({ ...report, rows: [{ ...rows[0]!, coldMs: 1234 }, rows[1]!] });
    expect(cold).to.contain('cold ms').and.contain('1234');
    expect(benchText(report)).to.not.contain('cold ms');
    expect(resultsTable(report))
      .to.match(/\| gate +\|/)
      .and.contain('15.0x: missed');
    const fast = [timed('conv1_2', 'rarefy', [1, 1, 1]), rows[1]!];
    expect(resultsTable({ ...report, rows: fast }))
      .to.contain('15.0x: passed')
      .and.not.contain('first result');
  });

  it("show the README the paper's nets at their size, with the time to a first result", () => {
    const net = { ...timed('fcn8s-500', 'rarefy', [47_000]), coldMs: 60_000 };
    const table = resultsTable({ ...report, rows: [...rows, net] });
    expect(table).to.match(/\| `fcn8s-500` +\| 47000 \(1\) +\| 0\.0213 +\| 60000 +\|\n?/);
    const peer = timed('fcn8s-500', 'ort-webgpu', [94_000]);
    expect(resultsTable({ ...report, rows: [...rows, net, peer] })).to.match(/60000 +\| 94000 \(1\)/);
  });

  it('are joined by the rows of PyTorch, with their ratio', () => {
    const own = {
      case: 'conv1_2',
      engine: 'torch-cuda',
      variant: 'torch 2',
      medianMs: 5,
      minMs: 5,
      maxMs: 5,
    };
    const row = { ...own, samples: [5], gflops: 1, gbps: 1, maxError: null };
    const other = { ...row, case: 'unknown' };
    const printed = JSON.stringify({ adapter: 'H100', rows: [row, other], unsupported: [] });
    const joined = withTorch(report, parseTorch('t.json', printed));
    expect(joined.rows).to.have.length(3);
    expect(joined.rows[2]).to.include({ variant: 'torch 2, H100', flops: rows[0]!.flops });
    expect(benchText(joined)).to.contain('torch-cuda ms').and.contain('0.500x');
    expect(benchHtml([joined]))
      .to.contain('torch-cuda')
      .and.not.match(/NaN|undefined/);
    for (const bad of [
      '{',
      '{}',
      printed.replaceAll('torch-cuda', 'torch'),
      '{"rows": [{}], "unsupported": []}',
    ])
      expect(() => parseTorch('t.json', bad), bad).to.throw('t.json: should be what');
  });

  it('are one HTML file that loads nothing, with a bar for each row', () => {
    const layers = [{ layer: 'conv1_1', kind: 'conv2d', ms: 3, flops: 1e6 }];
    const html = benchHtml([{ ...report, rows: [{ ...rows[0]!, layers }, rows[1]!] }]);
    expect(html).to.contain('A &lt;GPU&gt; &amp; more').and.not.contain('<GPU>');
    expect(html).to.not.match(/\b(?:src|href)=|@import|url\(|<script/);
    expect(html.match(/<rect /g)).to.have.length(3); // two engines, one layer
    expect(html.match(/<circle /g)).to.have.length(1);
    expect(html).to.not.match(/NaN|Infinity|undefined/);
  });

  it('have axes that begin and end at powers of ten', () => {
    const { at, ticks } = logScale([3, 200], 0, 300);
    expect(ticks).to.deep.equal([1, 10, 100, 1000]);
    expect([1, 10, 1000].map(at)).to.deep.equal([0, 100, 300]);
  });

  const root = fileURLToPath(new URL('../../', import.meta.url));
  const kept = savedResults(join(root, 'bench/results'));

  it('that are kept are what the README shows, and each names its adapter', () => {
    expect(kept).to.not.be.empty;
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    expect(readme).to.equal(withTable(readme, kept));
    for (const { adapter } of kept) expect(readme).to.contain(adapter.description);
  });

  it('that are kept are of a commit as it is, with ceilings and a verdict on every gate', () => {
    for (const { commit, ceilings, rows, failed } of kept) {
      expect(commit).to.match(/^[0-9a-f]{7,}$/);
      expect(ceilings).to.include.keys('fmaGflops', 'copyGbps');
      expect(failed).to.deep.equal([]);
      expect(gated(compare(rows)).map((c) => c.case)).to.have.members(Object.keys(GATES));
    }
  });
});
