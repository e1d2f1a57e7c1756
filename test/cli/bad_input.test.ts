import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { writeCaffemodel } from '../caffemodel.js';
import { refusal, temporaryFolder, testData } from './rarefy.js';

const net = 'reference-nets/mini_fcn8s';
const prototxt = testData(`${net}/deploy.prototxt`);
const caffemodel = testData(`${net}/weights.caffemodel`);

describe('bad files on the command line', () => {
  const inFolder = temporaryFolder();
  const run = (...args: readonly string[]) =>
    refusal('start', '--prototxt', prototxt, '--out', inFolder('out'), ...args);

  it('a truncated caffemodel is a FormatError', async () => {
    const path = inFolder('truncated.caffemodel');
    const bytes = readFileSync(caffemodel);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
    expect(await run('--model', path)).to.match(/^FormatError: .*\d/);
  });

  it('NaN in the weights is a WeightsError that names the layer and the element', async () => {
    const path = inFolder('nan.caffemodel');
    const model = readCaffemodel(readFileSync(caffemodel));
    model.layers.find(({ name }) => name === 'conv3_1')!.blobs[0]!.data[17] = Number.NaN;
    writeFileSync(
      path,
      writeCaffemodel(model, { version: 'V2', packed: true, legacy: false, double: false }),
    );
    expect(await run('--model', path)).to.match(/^WeightsError: conv3_1\.weight: element 17 of \d+ is NaN/);
  });

  it('a file that is no picture is a FormatError', async () => {
    const path = inFolder('text.png');
    writeFileSync(path, 'not a picture');
    expect(await run('--model', caffemodel, path)).to.match(/^FormatError: image: 13 bytes that begin with/);
  });
});
