import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeImage } from '../../src/image/decode.js';
import { decodeLabels, encodePng } from '../../src/image/png.js';
import { testPicture } from '../../src/image/test_picture.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { SegmentReport } from '../../src/page/jobs/segment.js';
import { refusal, report, start, success, temporaryFolder } from './rarefy.js';

/** Parameters of FCN-8s on VGG16 with 21 classes; upsampling is bilinear and has none. */
const PARAMETERS = '134,362,751';

/** Milliseconds that an interrupted command may take to end: its browser closes too. */
const END = 5000;

describe('rarefy segment', () => {
  const inFolder = temporaryFolder();
  const defaults = ['--net', 'fcn8s', '--limits', 'default'];

  /** Writes a picture of this size and returns its path. */
  function photo([width, height]: readonly [number, number]): string {
    const path = inFolder(`photo-${width}x${height}.png`);
    writeFileSync(path, encodePng(testPicture(width, height)));
    return path;
  }

  function checkPictures(out: string, [width, height]: readonly [number, number]): Set<number> {
    const name = `${out}/photo-${width}x${height}`;
    const labels = decodeLabels(readFileSync(`${name}-labels.png`));
    const overlay = decodeImage(readFileSync(`${name}-overlay.png`));
    for (const made of [labels, overlay]) expect([made.width, made.height]).to.deep.equal([width, height]);
    return new Set(labels.labels);
  }

  async function checkInterrupt(...args: readonly string[]) {
    const out = inFolder('interrupted');
    const running = start('segment', photo([500, 500]), ...defaults, '--out', out, ...args);
    await running.says(/^conv\d_\d \d+\/100$/m);
    const asked = performance.now();
    running.interrupt();
    const { code, stdout } = await running.finished;
    expect(performance.now() - asked).to.be.at.most(END);
    expect(code).to.equal(130);
    expect(stdout).to.equal('');
    expect(() => readdirSync(out)).to.throw('ENOENT');
  }

  it('labels two pictures of different sizes in one call', async () => {
    const out = inFolder('two');
    const sizes = [
      [70, 50],
      [33, 64],
    ] as const;
    const images = sizes.map(photo);
    const found = await report<SegmentReport>(
      'segment',
      ...images,
      ...[...defaults, '--width', '0.0625', '--out', out],
    );
    expect(found.limits.bindingBytes).to.equal(DEFAULT_LIMITS.bindingBytes);
    expect(found.limits.bufferBytes).to.equal(DEFAULT_LIMITS.bufferBytes);
    for (const [i, size] of sizes.entries()) {
      const { labels, files } = found.runs[i]!;
      expect(checkPictures(out, size)).to.deep.equal(new Set(labels.map((label) => label.index)));
      expect(labels.reduce((sum, { share }) => sum + share, 0)).to.be.closeTo(1, 1e-9);
      expect(files).to.have.length(2);
    }
  });

  it('labels a picture in tiles as it does whole (long)', async () => {
    const net = ['segment', photo([709, 130]), '--net', 'fcn-alexnet', '--width', '0.0625'];
    const labels = (out: string) => readFileSync(join(inFolder(out), 'photo-709x130-labels.png'));
    const [whole] = (await report<SegmentReport>(...net, '--out', inFolder('uncut'))).runs;
    expect(whole!.tiles).to.equal(null);
    const cut = [...net, '--window', '130x649'];
    const [tiled] = (await report<SegmentReport>(...cut, '--out', inFolder('tiles'))).runs;
    expect(tiled!.tiles!.count).to.equal(2);
    expect(tiled!.tiles!.window).to.deep.equal([130, 645]);
    expect(tiled!.labels).to.deep.equal(whole!.labels);
    expect(labels('tiles')).to.deep.equal(labels('uncut'));
    const less = `${Math.floor(0.97 * tiled!.peakBytes)}`;
    const { stdout, stderr } = await success(...net, '--max-bytes', less, '--out', inFolder('less'));
    expect(stdout).to.match(/^tiles +\d+ windows of 130 x \d+ pixels, of which neighbours share 0 x \d+$/m);
    expect(stderr).to.match(/tile 2 of \d+, /);
    expect(labels('less')).to.deep.equal(labels('uncut'));
  });

  for (const [args, message] of [
    [['--window', '64x64'], /^ShapeError: fcn-alexnet: windows of 64 columns, should be at least \d+/],
    [['--max-bytes', '1MiB'], /^LimitError: .*a window of .* pixels takes \d+ bytes .* allowed are 1048576/],
    [
      ['--max-bytes', 'much'],
      /^UsageError: --max-bytes much: should be bytes, or a number of KiB, MiB or GiB/,
    ],
    [['--window', '130x649', '--size', '100x600'], /^UnsupportedError: .*stretched for the net/],
  ] as const)
    it(`${args.join(' ')} is refused in one line`, async () => {
      const net = ['segment', photo([709, 50]), '--net', 'fcn-alexnet', '--width', '0.0625'];
      expect(await refusal(...net, ...args, '--out', inFolder('refused'))).to.match(message);
    });

  it('an interrupt mid-run ends it with 130 and leaves no picture', () => checkInterrupt('--width', '0.25'));

  it('an interrupt of the whole net ends it with 130 and leaves no picture (long)', () => checkInterrupt());

  for (const size of [
    [500, 500],
    [640, 480],
  ] as const)
    it(`FCN-8s whole labels ${size.join(' x ')} pixels under default limits (long)`, async () => {
      const out = inFolder(`whole-${size[0]}`);
      const args = ['segment', photo(size), ...defaults, '--out', out];
      const { stdout, stderr } = await success(...args);
      checkPictures(out, size);
      expect(stdout).to.match(/^time +\d+ ms for [\d.]+ GFLOP/m);
      expect(stdout).to.match(/^memory +[\d.]+ MiB at its peak/m);
      expect(stdout).to.contain(`fcn8s, ${PARAMETERS} parameters`);
      expect(stderr).to.match(/^conv\d_\d \d+\/100$/m);
    });
});
