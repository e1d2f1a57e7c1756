import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { encode } from 'fast-png';
import { decodeImage } from '../../src/image/decode.js';
import { encodePng } from '../../src/image/png.js';
import { refusal, report, success, temporaryFolder } from './rarefy.js';

/** Milliseconds that 560 x 425 pixels may take, on a slow machine. */
const MOST_MS = 60_000;

interface HhaReport {
  readonly width: number;
  readonly height: number;
  readonly missing: number;
  readonly gravity: readonly number[];
}

describe('rarefy hha', () => {
  const inFolder = temporaryFolder();

  /** A file of depth in millimetres. */
  function depthFile(
    name: string,
    [width, height]: readonly [number, number],
    at: (x: number, y: number) => number,
  ) {
    const data = Uint16Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width)));
    writeFileSync(inFolder(name), encode({ width, height, data, channels: 1, depth: 16 }));
    return inFolder(name);
  }

  it("encodes a wall of NYUDv2's size in seconds, and shows its steps", async () => {
    const depth = depthFile('wall.png', [560, 425], () => 3100);
    const raw = depthFile('raw.png', [560, 425], (x) => (x < 56 ? 0 : 3100));
    const start = performance.now();
    const { stderr } = await success('hha', depth, raw, inFolder('wall-hha.png'));
    expect(performance.now() - start).to.be.below(MOST_MS);
    expect(stderr).to.contain('normals of points');
    const { width, height, rgba } = decodeImage(readFileSync(inFolder('wall-hha.png')));
    expect([width, height]).to.deep.equal([560, 425]);
    // Row 424 is the lowest: (425 - 208.736) / 519.47 * 310 cm under the camera, the floor.
    const pixel = (x: number, y: number) => [...rgba.subarray(4 * (y * 560 + x), 4 * (y * 560 + x) + 4)];
    expect(pixel(300, 424)).to.deep.equal([100, 0, 128, 255]);
    expect(pixel(300, 224)).to.deep.equal([100, Math.round((200 * 310) / 519.4696), 128, 255]);
    expect(pixel(10, 424)).to.deep.equal([100, 0, 218, 255]);
  });
  it('takes a camera, fills holes when asked, and reports in JSON', async () => {
    const depth = depthFile('small.png', [30, 20], (x, y) => (x === 4 && y < 9 ? 0 : 2500));
    const out = inFolder('small-hha.png');
    const camera = ['--intrinsics', '25,25,15.5,10.5'];
    const made = await report<HhaReport>('hha', depth, depth, out, ...camera, '--fill');
    expect(made).to.deep.include({ width: 30, height: 20, missing: 9 / 600 });
    expect(made.gravity[1]).to.be.closeTo(1, 1e-9);
    expect(decodeImage(readFileSync(out)).rgba[0]).to.equal(124);
  });
  it('refuses depth that it cannot use, with the path', async () => {
    const depth = depthFile('hole.png', [30, 20], (x) => (x === 4 ? 0 : 2500));
    const out = inFolder('no.png');
    expect(await refusal('hha', depth, depth, out)).to.contain('30 x 20 pixels, should be 560 x 425');
    const camera = ['--intrinsics', '25,25,15.5,10.5'];
    expect(await refusal('hha', depth, depth, out, ...camera)).to.contain('depth 0 at row 0, column 4');
    expect(await refusal('hha', depth, depth, out, '--intrinsics', '25,25,15')).to.contain(
      'UsageError: --intrinsics 25,25,15, should be fx,fy,cx,cy',
    );
    writeFileSync(inFolder('photo.png'), encodePng({ width: 1, height: 1, rgba: new Uint8Array(4) }));
    expect(await refusal('hha', inFolder('photo.png'), depth, out)).to.contain(
      'photo.png: png: 4 channels of 8 bits',
    );
    expect(await refusal('hha', inFolder('none.png'), depth, out)).to.contain('none.png: missing');
    expect(() => readFileSync(out)).to.throw('ENOENT');
  });
});
