import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import puppeteer from 'puppeteer';
import type { BenchReport } from '../../bench/report.js';
import type { VariantReport } from '../../bench/variant.js';
import { browserFlags, ensureBrowser } from '../../src/cli/browser.js';
import { canSandbox, hasGpu } from '../../src/cli/machine.js';
import { rarefy, refusal, report, start, success, temporaryFolder } from './rarefy.js';

const TINY = 'avg_pool: 2x2 by 2 rounded up';
const ALSO_TINY = 'crop_sum: ';

describe('rarefy bench', () => {
  const inFolder = temporaryFolder();

  it('checks and times a case, measures the ceilings, logs it, and does not measure again what the log has', async () => {
    const [log, html] = [inFolder('a.jsonl'), inFolder('a.html')];
    const options = ['bench', '--only', TINY, '--log', log, '--html', html];
    const found = await report<BenchReport>(...options);
    expect(found).to.include({ runtime: 'chrome' });
    expect(found.adapter.description).to.be.a('string');
    expect(found.ceilings!.fmaGflops).to.be.above(0.1);
    expect(found.ceilings!.copyGbps).to.be.above(0.01);
    expect(found.ceilings!.submitMs).to.be.above(0);
    const [row] = found.rows;
    expect(found.rows).to.have.length(1);
    expect(row).to.include({ case: TINY, engine: 'rarefy', variant: 'avg_pool', against: 'float64' });
    expect(row!.samples).to.have.length(5);
    expect(row!.minMs).to.be.above(0).and.at.most(row!.medianMs);
    expect(row!.medianMs).to.be.at.most(row!.maxMs);
    expect(row!.maxError).to.be.below(1e-6);
    expect(readFileSync(html, 'utf8')).to.contain('<circle');
    // Killed as it wrote a second line.
    appendFileSync(log, '{"id": "half');

    const again = await rarefy(...options, '--resume', '--json');
    expect(again.stderr).to.contain('1 of 1 workloads are in').and.contain('1 lines are not whole');
    expect(JSON.parse(again.stdout).rows).to.deep.equal(found.rows);
    expect(await refusal(...options)).to.contain('--resume');
    const { stdout } = await success('bench', '--from', log);
    expect(stdout).to.contain(TINY).and.contain(found.adapter.description);
    expect(await refusal('bench', '--from', log, '--save')).to.contain(
      '--save of logs without conv1_1, conv1_2',
    );
    expect(await refusal('bench', '--from', log, '--peers')).to.contain('--peers does not go with --from');
  });

  it('runs in a browser that was started elsewhere, and leaves it open', async () => {
    const browser = await puppeteer.launch({
      executablePath: await ensureBrowser(() => {}),
      args: browserFlags({ platform: process.platform, gpu: hasGpu(), sandbox: canSandbox() }),
    });
    try {
      const { rows } = await report<BenchReport>(
        ...['bench', '--only', TINY, '--browser-ws', browser.wsEndpoint()],
      );
      expect(rows.map((r) => r.case)).to.deep.equal([TINY]);
      expect(browser.connected).to.equal(true);
      expect(await browser.pages()).to.have.length(1);
    } finally {
      await browser.close();
    }
    expect(await refusal('bench', '--only', TINY, '--browser-ws', 'ws://127.0.0.1:9/none')).to.contain(
      'no browser answers',
    );
  });

  it('shares the workloads among shards, and lists them without measuring', async () => {
    const listed = async (...more: string[]) =>
      (await success('bench', '--list', '--only', ALSO_TINY, ...more)).stdout.trim().split('\n');
    const all = await listed();
    expect(all).to.have.length.greaterThan(1);
    const parts = [await listed('--shard', '1/2'), await listed('--shard', '2/2')];
    expect(parts.flat().toSorted()).to.deep.equal(all.toSorted());
  });

  it('prints what it has measured when it is interrupted', async () => {
    const running = start('bench', '--only', 'avg_pool: ');
    await running.says(/timing 1\//);
    running.interrupt();
    const { code, stdout } = await running.finished;
    expect(code).to.equal(1);
    expect(stdout).to.contain('avg_pool: ').and.contain('interrupted');
  });

  it('refuses what it cannot do, before a browser starts', async () => {
    expect(await refusal('bench', '--only', 'no such case'))
      .to.contain('no workload has no such case')
      .and.contain('conv1_1');
    expect(await refusal('bench', '--shard', '3/2')).to.contain('should be i/n');
    expect(await refusal('bench', '--budget', 'soon')).to.contain('positive number of minutes');
    expect(await refusal('bench', '--resume')).to.contain('--log');
    expect(await refusal('bench', '--save', '--only', TINY)).to.contain('should be a whole set');
    expect(await refusal('bench', '--from', inFolder('none.jsonl'))).to.contain('no such log');
    expect(existsSync(inFolder('none.jsonl'))).to.equal(false);
  });
});

describe('rarefy bench --variant', () => {
  const inFolder = temporaryFolder();
  const built = readFileSync(new URL('../../kernels/scale.wgsl', import.meta.url), 'utf8');
  const wrong = built.replaceAll('* s[c] + b[c]', '* s[c] - b[c]');
  const write = (name: string, text: string): string => {
    writeFileSync(inFolder(name), text);
    return inFolder(name);
  };

  it('checks a kernel, times it and compares it with the built-in one', async () => {
    // Two blocks an invocation instead of one.
    const text = built
      .replace('// One invocation', '// invocations: 1/2\n// One invocation')
      .replace(
        '  let index = id.y',
        '  for (var half = 0u; half < 2u; half++) {\n  let index = half + 2u * (id.y',
      )
      .replace('64u + id.x;', '64u + id.x);')
      .replace(/\}\s*$/, '}\n}\n');
    const path = write('mine.wgsl', text);
    const found = await report<VariantReport>('bench', '--kernel', 'scale', '--variant', path);
    expect(found).to.include({ variant: 'mine.wgsl', replaces: 'scale', checked: 2 });
    expect(found.failed).to.deep.equal([]);
    expect(found.rows.map((r) => r.variant)).to.deep.equal(['mine.wgsl', 'scale', 'mine.wgsl', 'scale']);
    for (const r of found.rows) expect(r.medianMs).to.be.above(0);
  });

  it('takes a square workgroup, more invocations than the built-in kernel, and more memory than every device has (long)', async () => {
    const text = built
      .replace('// One invocation', '// invocations: 2\n// One invocation')
      .replace(
        '@compute @workgroup_size(64, 1, 1)',
        'var<workgroup> held: array<vec4f, 1280>;\n@compute @workgroup_size(16, 8, 1)',
      )
      .replace(
        'global_invocation_id) id: vec3u',
        'workgroup_id) id: vec3u, @builtin(local_invocation_index) own: u32',
      )
      .replace('id.y * grid.x * 64u + id.x;', '((id.y * grid.x + id.x) * 128u + own) / 2u;')
      .replace('>= params.count)', '>= params.count || own % 2u == 1u)')
      .replace(/ {2}y\[(.*)\] = vec4<Elem>\((.*)\);/, '  held[own] = $2;\n  y[$1] = vec4<Elem>(held[own]);');
    expect(text).to.contain('held[own] =');
    const path = write('square.wgsl', text);
    const found = await report<VariantReport>('bench', '--kernel', 'scale', '--variant', path);
    expect(found).to.include({ replaces: 'scale', checked: 2 });
    expect(found.failed).to.deep.equal([]);
  });

  it('runs again when the file, or a part that it uses, is saved, and times nothing that is wrong', async () => {
    const path = write('edited.wgsl', wrong);
    const part = write('part.wgsl', 'fn unused() -> u32 { return 0u; }');
    const watching = start('bench', '--kernel', 'scale', '--variant', path, '--watch');
    await watching.says(/waiting for/);
    writeFileSync(path, built.replace('fn scale(', 'fn scale(oops'));
    await watching.says(/(waiting for[\s\S]*){2}/);
    writeFileSync(path, wrong.replace('// One', '// uses: part\n// One'));
    await watching.says(/(waiting for[\s\S]*){3}/);
    writeFileSync(part, 'fn unused() -> u32 { return 1u; }');
    await watching.says(/(waiting for[\s\S]*){4}/);
    watching.interrupt();
    const { code, stdout } = await watching.finished;
    expect(code).to.equal(0);
    expect(stdout).to.contain('WRONG in 1 of 2 cases').and.contain('edited.wgsl:');
  });

  it('checks a kernel of training on the gradients that run it (long)', async () => {
    const pool = readFileSync(new URL('../../kernels/max_pool_gradient.wgsl', import.meta.url), 'utf8');
    const path = write('pool.wgsl', pool.replace('store(p, sum)', 'store(p, 1.01 * sum)'));
    const { code, stdout } = await rarefy(
      'bench',
      '--kernel',
      'max_pool_gradient',
      '--variant',
      path,
      '--json',
    );
    const found: VariantReport = JSON.parse(stdout);
    expect(code).to.equal(1);
    expect(found).to.include({ replaces: 'max_pool_gradient' });
    expect(found.checked).to.be.at.least(13);
    expect(found.failed).to.have.length(found.checked);
    expect(found.failed.map((f) => f.case)).to.include(
      'gradient of max_pool: 2x2 by 2, a remainder is dropped',
    );
    expect(found.rows).to.deep.equal([]);
  });

  it('says what does not fit', async () => {
    const refused = (path: string, kernel = 'scale') =>
      refusal('bench', '--kernel', kernel, '--variant', path);
    expect(
      await refused(write('name.wgsl', built.replace('> s:', '> factors:').replace('* s[', '* factors['))),
    ).to.contain('binding factors is read-only-storage, should be one of params, x, s, b, y as in scale');
    expect(await refused(inFolder('none.wgsl'))).to.contain('no such file');
    expect(await refusal('bench', '--kernel', 'scale')).to.contain('given together');
    const own = ['--kernel', 'scale', '--variant', write('own.wgsl', built)];
    expect(await refusal('bench', ...own, '--only', 'resize8')).to.contain(
      'no layer that has resize8 in its name runs scale',
    );
    expect(await refusal('bench', ...own, '--html', inFolder('a.html'))).to.contain(
      '--html does not go with',
    );
    expect(await refusal('bench', ...own, '--only', 'no such'))
      .to.contain('no such in its name')
      .and.contain('conv1_1');
  });
});
