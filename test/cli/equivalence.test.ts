import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { WorkedExample } from '../../src/graph/dense/example.js';
import { decodeLabels } from '../../src/image/png.js';
import type { EquivalenceReport } from '../../src/page/jobs/equivalence.js';
import { refusal, report, success, temporaryFolder } from './rarefy.js';

/** Of the largest value of the map. */
const TOLERANCE = 1e-5;

/** Two levels of subsampling and a field of 14 pixels, with padding. */
const PROTOTXT = `
name: "two_levels"
input: "data" input_dim: 1 input_dim: 3 input_dim: 65 input_dim: 71
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
  convolution_param { num_output: 8 kernel_size: 3 pad: 1 stride: 2 } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
  pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
layer { name: "score" type: "Convolution" bottom: "pool1" top: "score"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 } }
layer { name: "upscore" type: "Deconvolution" bottom: "score" top: "upscore"
  convolution_param { num_output: 4 kernel_size: 8 stride: 4 } }
`;

const WAYS = ['coarse-bilinear', 'coarse-transposed', 'stitched-images', 'stitched-phases', 'rarefied'];

describe('rarefy equivalence', () => {
  const inFolder = temporaryFolder();

  it('--example works the example of the talk without a GPU', async () => {
    const { floor, ceil } = await report<{ floor: WorkedExample; ceil: WorkedExample }>(
      'equivalence',
      '--example',
    );
    expect(floor.stitched).to.deep.equal([
      [7, 8, 9, 10],
      [12, 13, 14, 15],
      [17, 18, 19, 20],
      [22, 23, 24, 25],
    ]);
    expect(ceil.stitched.map((row) => row.slice(0, 4)).slice(0, 4)).to.deep.equal(floor.stitched);
    expect(ceil.stitched[4]).to.deep.equal(ceil.stitched[3]);
    expect(ceil.stitched.map((row) => row[4])).to.deep.equal([10, 15, 20, 25, 25]);
    const { stdout } = await success('equivalence', '--example');
    expect(stdout).to.contain('22 23 24 25   22 23 24 25').and.not.to.contain('different');
  });

  it('compares every way to the dense map of an imported net, and draws each', async () => {
    const path = inFolder('deploy.prototxt');
    writeFileSync(path, PROTOTXT);
    const args = ['--prototxt', path, '--size', '65x71', '--out', inFolder('out')];
    const found = await report<EquivalenceReport & { out: string }>('equivalence', ...args);
    expect(found.image).to.deep.equal([65, 71]);
    expect(found.factor).to.deep.equal([4, 4]);
    expect(found.stride).to.deep.equal({ coarse: [4, 4], dense: [1, 1] });
    expect(found.map).to.deep.equal([63, 69]);
    expect(found.ways.map(({ name }) => name)).to.deep.equal(WAYS);
    const [bilinear, transposed, images, phases, rarefied] = found.ways;
    for (const coarse of [bilinear!, transposed!]) {
      expect(coarse.onImage).to.be.above(0.01);
      expect(coarse.gflop).to.be.below(rarefied!.gflop);
    }
    expect(found.mask.share).to.be.at.least(0.25);
    expect(images!.onImage).to.be.at.most(TOLERANCE);
    expect(images!.everywhere).to.be.above(0.01);
    expect(phases!.everywhere).to.be.at.most(TOLERANCE);
    expect(rarefied!.everywhere).to.equal(0);
    expect(phases!.gflop).to.equal(rarefied!.gflop);
    expect(images!.gflop).to.be.above(rarefied!.gflop);
    for (const { ms, peakBytes, sameClass } of found.ways) {
      expect(ms).to.be.above(0);
      expect(peakBytes).to.be.above(0);
      expect(sameClass).to.be.within(0, 1);
    }

    const drawn = (file: string) => decodeLabels(readFileSync(join(found.out, file)));
    for (const { file } of found.ways) {
      const { width, height, labels } = drawn(file);
      expect([height, width]).to.deep.equal([4 * 63, 4 * 69]);
      expect(new Set(labels).size).to.be.above(10);
    }
    const mask = drawn(found.mask.file).labels;
    const share = mask.filter((value) => value === 255).length / mask.length;
    expect(share).to.be.closeTo(found.mask.share, 1e-9);
  });

  it('prints a row for each way, for a net of the family (long)', async () => {
    const { stdout } = await success(
      ...['equivalence', 'fcn-small-16s', '--width', '0.03125', '--stride', '2', '--size', '40x56'],
      ...['--out', inFolder('out')],
    );
    for (const name of WAYS) expect(stdout).to.match(new RegExp(`^${name} .* MiB$`, 'm'));
    expect(stdout).to.contain('32 x 32 pixels, divided by 2 x 2: 16 x 16').and.to.contain('no cell');
  });

  for (const [args, message] of [
    [
      ['fcn32s', '--budget', '5'],
      /^LimitError: .*take [\d.]+ GFLOP \(.*rarefied [\d.]+\), the budget is 5; raise/,
    ],
    [
      ['fcn-small-8s', '--width', '0.03', '--stride', '3'],
      /^ShapeError: .*factor 3 x 3, should divide the stride/,
    ],
    [['fcn8s', '--stride', '0'], /^UsageError: --stride 0: should be an integer/],
    [['fcn8s', '--budget', 'much'], /^UsageError: --budget much: should be a number/],
  ] as const)
    it(`${args.join(' ')} is refused in one line`, async () => {
      expect(await refusal('equivalence', ...args)).to.match(message);
    });
});
