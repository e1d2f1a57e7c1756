import { existsSync, readFileSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import type { Examination } from '../../src/cli/commands/doctor.js';
import { adapterName } from '../../src/gpu/device.js';
import { decodeImage } from '../../src/image/decode.js';
import { decodeLabels } from '../../src/image/png.js';
import { testPicture } from '../../src/image/test_picture.js';
import type { Scores } from '../../src/metrics/scores.js';
import type { SegmentReport } from '../../src/page/jobs/segment.js';
import { scene } from '../../src/scenes/scene.js';
import { refusal, report, start, success, temporaryFolder } from './rarefy.js';

describe('rarefy', () => {
  const inFolder = temporaryFolder();

  it('doctor examines the machine and passes its check, in one JSON object', async () => {
    const found = await report<Examination & { readonly node: string }>('doctor');
    expect(found.node).to.equal(process.version);
    expect(found.runtime).to.equal('chrome');
    expect(found.about).to.match(/chrom/i);
    expect(found.adapter).to.include.keys('vendor', 'architecture', 'device', 'description', 'software');
    expect(found.features).to.be.an('array');
    expect(found.used).to.be.an('array');
    expect(found.limits.maxStorageBufferBindingSize).to.be.at.least(128 * 2 ** 20);
    expect(found.timestampQuantum === null || found.timestampQuantum > 0).to.equal(true);
    expect(found.check.error).to.be.at.most(found.check.tolerance);
    expect(found.ok).to.equal(true);
  });

  it('leaves no browser behind when it is killed', async function () {
    if (process.platform !== 'linux') this.skip();
    const running = start('start', '--net', 'fcn-small-8s', '--out', inFolder('killed'));
    await running.says(/^pipelines/m);
    const browsers = running.kill();
    expect(browsers).to.have.length.at.least(1);
    const runs = (pid: number) => {
      const file = `/proc/${pid}/stat`;
      return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'utf8'));
    };
    for (let tries = 0; tries < 100 && browsers.some(runs); tries++) await setTimeout(100);
    expect(browsers.filter(runs)).to.deep.equal([]);
  });

  it('start labels a scene that the model never saw, beside its exact labels, and shows it on a page', async () => {
    const { adapter } = await report<Examination>('doctor');
    const out = inFolder('start');
    const { stdout, stderr } = await success('start', '--out', out);
    expect(stdout).to.contain(adapterName(adapter));
    expect(stdout.includes('software adapter'), 'says that it is software').to.equal(adapter.software);
    const file = (name: string) => readFileSync(`${out}/${name}`);
    const exact = scene(2026, 0, 128, 128);
    expect(decodeImage(file('scene.png')).rgba).to.deep.equal(exact.rgba);
    expect(decodeLabels(file('scene-truth.png')).labels).to.deep.equal(exact.labels);
    const { labels } = decodeLabels(file('scene-labels.png'));
    const right = labels.filter((label, i) => label === exact.labels[i]).length / labels.length;
    expect(right).to.be.above(0.7);
    expect(stdout).to.match(new RegExp(`^pixel accuracy +${(100 * right).toFixed(1)} %$`, 'm'));
    const page = file('scene.html').toString();
    expect(page)
      .to.contain(`${(100 * right).toFixed(1)} %`)
      .and.not.to.match(/(src|href)="(?!data:)/);
    for (const name of ['scene.png', 'scene-overlay.png', 'scene-labels.png', 'scene-truth.png'])
      expect(page).to.contain(`data:image/png;base64,${file(name).toString('base64')}`);
    // Progress goes to stderr alone.
    expect(stderr)
      .to.match(/^weights conv1_1 1\/\d+$/m)
      .and.to.match(/^\w+ \d+\/100$/m);
    expect(stdout).not.to.match(/\d+\/\d+$/m);
  });

  it('start takes any net, on a picture that it draws (long)', async () => {
    const out = inFolder('seeded');
    const { runs } = await report<SegmentReport>(
      'start',
      '--net',
      'fcn8s',
      '--width',
      '0.0625',
      '--out',
      out,
    );
    const { width, height } = testPicture();
    const labels = decodeLabels(readFileSync(`${out}/test-picture-labels.png`));
    expect([labels.width, labels.height]).to.deep.equal([width, height]);
    expect(labels.labels.every((label) => label < 21)).to.equal(true);
    const overlay = decodeImage(readFileSync(`${out}/test-picture-overlay.png`));
    expect([overlay.width, overlay.height]).to.deep.equal([width, height]);
    expect(runs[0]!.scores).to.equal(null);
  });

  it('the model that ships reaches a mean IU of 0.60 on scenes that it never saw, and fits 4 MB (long)', async () => {
    const file = 'models/scenes-fcn8s.safetensors';
    expect(statSync(file).size).to.be.at.most(4e6);
    const out = inFolder('unseen');
    const data = 'scenes:77,400,128x128';
    const found = await report<Scores>('eval', '--model', file, '--data', data, '--out', out);
    expect(found.meanIU).to.be.at.least(0.6);
    expect(found.perClass).to.have.lengthOf(12);
  });

  for (const [args, message] of [
    [['doctor', '--sise', '3'], /^UsageError: doctor: unknown option --sise, should be one of/],
    [['segmnt'], /^UsageError: unknown command 'segmnt', should be one of .*segment/],
    [['segment', 'no-such-file.png'], /^UsageError: image: no file no-such-file\.png$/],
    [['heatmap', 'a.png', '--net', 'fcn8s', '--prototxt', 'b'], /^UsageError: --net and --prototxt/],
    [['doctor', '--runtime', 'cloud'], /runtime/],
  ] as const)
    it(`${args.join(' ')} is refused in one line, with exit code 1`, async () => {
      expect(await refusal(...args)).to.match(message);
    });
});
