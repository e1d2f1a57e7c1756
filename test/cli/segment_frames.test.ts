import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeLabels } from '../../src/image/png.js';
import type { SegmentReport } from '../../src/page/jobs/segment.js';
import { CAMVID_FRAMES, REAL_NETS } from '../oracles/nets.js';
import { extraFolder, refusal, report, success, temporaryFolder } from './rarefy.js';

/** Of the stored labels; and how far a frame's pixel accuracy may be off. */
const SAME_LABELS = 0.999;
const ACCURACY = 0.001;
/** Labels from here on do not count. */
const CLASSES = 11;

const ESPNET = 'espnet_p2_q8_camvid';

const labelsOf = (path: string) => decodeLabels(readFileSync(path)).labels;

/** Share of the pixels with the same label, of those whose label is below `classes`. */
function agreement(have: Uint8Array, want: Uint8Array, classes = 256): number {
  expect(have.length).to.equal(want.length);
  let [same, all] = [0, 0];
  for (const [i, label] of want.entries()) {
    if (label >= classes) continue;
    all++;
    same += Number(have[i] === label);
  }
  return same / all;
}

describe('rarefy segment on frames of CamVid', () => {
  if (!extraFolder) {
    it.skip('ESPNet: RAREFY_DATA names no folder');
    return;
  }
  const inFolder = temporaryFolder();
  const data = (...path: readonly string[]) => join(extraFolder!, ...path);
  const model = data('weights', ESPNET, 'model.onnx');
  const frames = CAMVID_FRAMES.map((frame) => data('camvid-voc/fullsize/PNGImages', `${frame}.png`));
  const preprocess = () => {
    const path = inFolder('preprocess.json');
    writeFileSync(path, JSON.stringify(REAL_NETS.find(({ folder }) => folder === ESPNET)!.preprocess));
    return path;
  };

  it('ESPNet gives the stored class maps of four frames of 360 x 480, and their accuracy', async () => {
    const out = inFolder('frames');
    const args = ['--model', model, '--preprocess', preprocess(), '--out', out];
    const found = await report<SegmentReport>('segment', ...frames, ...args);
    expect(found.runs.map(({ picture }) => picture)).to.deep.equal(frames.map(() => [360, 480]));
    const meta = JSON.parse(readFileSync(data('weights', ESPNET, 'meta.json'), 'utf8'));
    for (const frame of CAMVID_FRAMES) {
      const have = labelsOf(join(out, `${frame}-labels.png`));
      const stored = labelsOf(data('weights', ESPNET, 'reference', `${frame}_argmax.png`));
      expect(agreement(have, stored), frame).to.be.at.least(SAME_LABELS);
      const truth = labelsOf(data('camvid-voc/fullsize/SegmentationClass', `${frame}.png`));
      const accuracy = meta.val.per_frame_pixel_accuracy[frame];
      expect(agreement(have, truth, CLASSES), frame).to.be.closeTo(accuracy, ACCURACY);
    }
  });

  it('converted to one file with names and preprocessing, ESPNet gives the same labels', async () => {
    const own = inFolder('espnet.safetensors');
    const labels = inFolder('labels.txt');
    writeFileSync(
      labels,
      'sky\nbuilding\npole\nroad\npavement\ntree\nsign\nfence\ncar\npedestrian\nbicyclist\nvoid\n',
    );
    await success('convert', model, own, '--preprocess', preprocess(), '--labels', labels);
    const [frame, name] = [frames[0]!, CAMVID_FRAMES[0]];
    const found = await report<SegmentReport>('segment', frame, '--model', own, '--out', inFolder('own'));
    expect(found.runs[0]!.labels.slice(0, 2).map((label) => label.name)).to.have.members([
      'building',
      'road',
    ]);
    const stored = labelsOf(data('weights', ESPNET, 'reference', `${name}_argmax.png`));
    expect(agreement(labelsOf(inFolder(`own/${name}-labels.png`)), stored)).to.be.at.least(SAME_LABELS);
  });

  it('with the numbers of its safetensors file in the graph of its ONNX file, it gives the same labels', async () => {
    const numbers = data('weights', ESPNET, 'model.safetensors');
    const args = ['--model', model, '--weights', numbers, '--preprocess', preprocess()];
    await success('segment', frames[1]!, ...args, '--out', inFolder('numbers'));
    const name = CAMVID_FRAMES[1];
    const stored = labelsOf(data('weights', ESPNET, 'reference', `${name}_argmax.png`));
    expect(agreement(labelsOf(inFolder(`numbers/${name}-labels.png`)), stored)).to.be.at.least(SAME_LABELS);
  });

  it('a frame of 180 x 240, which the net does not take, is extended and its labels cut', async () => {
    const frame = data('camvid-voc/JPEGImages', `${CAMVID_FRAMES[0]}.jpg`);
    const args = ['--model', model, '--preprocess', preprocess(), '--out', inFolder('small')];
    const found = await report<SegmentReport>('segment', frame, ...args);
    const [run] = found.runs;
    expect(run).to.deep.include({ picture: [180, 240], height: 184, width: 240 });
    const truth = labelsOf(data('camvid-voc/SegmentationClass', `${CAMVID_FRAMES[0]}.png`));
    const have = labelsOf(inFolder(`small/${CAMVID_FRAMES[0]}-labels.png`));
    expect(agreement(have, truth, CLASSES)).to.be.at.least(0.85);
    const large = await report<SegmentReport>('segment', frame, ...args, '--size', '360x480');
    expect(large.runs[0]).to.deep.include({ picture: [180, 240], height: 360, width: 480 });
    expect(
      agreement(labelsOf(inFolder(`small/${CAMVID_FRAMES[0]}-labels.png`)), truth, CLASSES),
    ).to.be.at.least(0.85);
  });

  it('a portrait net of 224 x 224 pixels takes any picture, stretched', async () => {
    const args = ['--model', data('weights/sinet_portrait/model.onnx'), '--out', inFolder('portrait')];
    const found = await report<SegmentReport>('segment', data('images/grace_hopper_227.png'), ...args);
    const [run] = found.runs;
    expect(run).to.deep.include({ height: 224, width: 224 });
    expect(run!.picture).to.deep.equal([227, 227]);
  });

  it('two pictures of one name are refused', async () => {
    const twice = [frames[0]!, data('camvid-voc/JPEGImages', `${CAMVID_FRAMES[0]}.jpg`)];
    expect(await refusal('segment', ...twice, '--model', model)).to.match(/^UsageError: .*0016E5_07959/);
  });
});
