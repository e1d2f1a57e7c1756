import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Examination } from '../../src/cli/commands/doctor.js';
import { adapterName } from '../../src/gpu/device.js';
import { decodeImage } from '../../src/image/decode.js';
import { decodeLabels } from '../../src/image/png.js';
import { testPicture } from '../../src/image/test_picture.js';
import { refusal, report, success, temporaryFolder } from './rarefy.js';

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

  it('start runs a net on a picture of its own, names the adapter and writes two pictures', async () => {
    const { adapter } = await report<Examination>('doctor');
    const out = inFolder('start');
    const { stdout, stderr } = await success('start', '--out', out);
    expect(stdout).to.contain(adapterName(adapter));
    expect(stdout.includes('software adapter'), 'says that it is software').to.equal(adapter.software);
    const { width, height } = testPicture();
    const labels = decodeLabels(readFileSync(`${out}/test-picture-labels.png`));
    expect([labels.width, labels.height]).to.deep.equal([width, height]);
    expect(labels.labels.every((label) => label < 21)).to.equal(true);
    const overlay = decodeImage(readFileSync(`${out}/test-picture-overlay.png`));
    expect([overlay.width, overlay.height]).to.deep.equal([width, height]);
    // Progress goes to stderr alone.
    expect(stderr)
      .to.match(/^weights conv1_1 1\/\d+$/m)
      .and.to.match(/^\w+ \d+\/100$/m);
    expect(stdout).not.to.match(/\d+\/\d+$/m);
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
