import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Graph } from '../../src/graph/builder.js';
import { decodeLabels, encodePng } from '../../src/image/png.js';
import type { EvaluateReport } from '../../src/page/jobs/evaluate.js';
import type { HeadReport } from '../../src/train/head_counts.js';
import { writeModel } from '../../src/weights/model.js';
import { labelPng } from '../data_files.js';
import { REAL_NETS } from '../oracles/nets.js';
import { extraFolder, refusal, report, success, temporaryFolder } from './rarefy.js';

type Report = EvaluateReport & HeadReport;

/** Pictures of pure red, green and blue, and their labels: 255 does not count. */
const PICTURES = {
  a: { colours: ['RRGG', 'BBRR'], truth: [0, 0, 1, 0, 2, 1, 255, 0] },
  b: { colours: ['GBB'], truth: [1, 2, 0] },
} as const;

/** Rows of the truth, for a net that takes red for 0, green for 1 and blue for 2. */
const CONFUSION = [
  [3, 1, 1],
  [0, 2, 1],
  [0, 0, 2],
];

function writeVoc(folder: string): void {
  for (const name of ['PNGImages', 'SegmentationClass', 'ImageSets/Segmentation'])
    mkdirSync(join(folder, name), { recursive: true });
  for (const [id, { colours, truth }] of Object.entries(PICTURES)) {
    const [height, width] = [colours.length, colours[0].length];
    const channels = [...colours.join('')].flatMap((colour) =>
      [...'RGB'].map((c) => (c === colour ? 255 : 0)),
    );
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
      i % 4 === 3 ? 255 : channels[3 * Math.floor(i / 4) + (i % 4)]!,
    );
    writeFileSync(join(folder, 'PNGImages', `${id}.png`), encodePng({ width, height, rgba }));
    const labels = labelPng(width, height, (i) => truth[i]!);
    writeFileSync(join(folder, 'SegmentationClass', `${id}.png`), labels);
  }
  writeFileSync(join(folder, 'ImageSets/Segmentation/val.txt'), 'a\nb\n');
}

/** A net that scores each channel as it is. */
function channelsNet(classes: number): Uint8Array {
  const graph = new Graph('channels');
  graph.output(graph.conv('score', graph.input('data', 3), { out: classes, kernel: 1 }));
  const data = Float32Array.from({ length: 3 * classes }, (_, i) => Number(i % 3 === Math.floor(i / 3)));
  const weights = new Map([
    ['score.weight', { dims: [classes, 3, 1, 1], data }],
    ['score.bias', { dims: [classes], data: new Float32Array(classes) }],
  ]);
  const preprocess = { order: 'rgb', mean: [0, 0, 0] } as const;
  return writeModel({ graph, weights, classes: null, preprocess, licence: null });
}

describe('rarefy eval', () => {
  const inFolder = temporaryFolder();
  const made = (classes: number, name = 'voc') => {
    const folder = inFolder(name);
    writeVoc(folder);
    const model = inFolder(`channels-${classes}.safetensors`);
    writeFileSync(model, channelsNet(classes));
    return ['--data', `voc:${folder},classes=3`, '--model', model, '--out', inFolder('scores')];
  };

  it('gives the metrics worked by hand, as JSON, CSV and text', async () => {
    const predictions = ['--predictions', inFolder('labels')];
    const found = await report<Report>('eval', ...made(3), ...predictions);
    const [first, second, third] = [3 / 5, 2 / 4, 2 / 4];
    expect(found).to.deep.include({ data: 'voc', split: 'val', images: 2 });
    expect(found.pixelAcc).to.be.closeTo(7 / 10, 1e-12);
    expect(found.meanAcc).to.be.closeTo((3 / 5 + 2 / 3 + 1) / 3, 1e-12);
    expect(found.meanIU).to.be.closeTo((first + second + third) / 3, 1e-12);
    expect(found.fwIU).to.be.closeTo((5 * first + 3 * second + 2 * third) / 10, 1e-12);
    expect(found.perClass.map(({ pixels }) => pixels)).to.deep.equal([5, 3, 2]);
    expect(found.heads[0]!.confusion).to.deep.equal(CONFUSION);
    const read = (name: string) => readFileSync(inFolder(`scores/${name}`), 'utf8');
    expect(JSON.parse(read('eval.json')).heads[0].meanIU).to.equal(found.meanIU);
    expect(read('confusion.csv')).to.match(/\n.*,3,1,1\n.*,0,2,1\n.*,0,0,2\n$/);
    expect(read('scores.csv')).to.match(/^pixelAcc,.*,boundaryIU\n0\.7,.*,0\.\d+\n$/);
    const { boundaryIU, trimap } = found.heads[0]!;
    expect(Number(read('scores.csv').trimEnd().split(',').at(-1))).to.equal(boundaryIU);
    expect(trimap!.map(({ width }) => width)).to.deep.equal(Array.from({ length: 40 }, (_, i) => i + 1));
    // A band as wide as the pictures has all of their pixels.
    expect(trimap!.at(-1)!.meanIU).to.equal(found.meanIU);
    expect(read('trimap.csv')).to.match(/^width,pixelAcc,meanIU\n1,/);
    expect(read('trimap.csv').trimEnd().split('\n')).to.have.length(41);
    const folder = inFolder('labels/results/VOC2012/Segmentation/comp6_val_cls');
    const { labels, width } = decodeLabels(readFileSync(join(folder, 'a.png')));
    expect([width, ...labels]).to.deep.equal([4, 0, 0, 1, 1, 2, 2, 0, 0]);

    const { stdout } = await success('eval', ...made(3));
    expect(stdout)
      .to.match(/^channels +70\.0 +75\.6 +53\.3 +55\.0 /m)
      .and.to.match(/^pixels from a border +1 .* 40$/m)
      .and.not.to.contain("the paper's");
  });

  it('writes the labels of pictures that have none, and scores nothing', async () => {
    const args = made(3, 'VOC2011-test').map((word) =>
      word.startsWith('voc:') ? `${word},labels=none` : word,
    );
    rmSync(inFolder('VOC2011-test/SegmentationClass'), { recursive: true });
    expect(await refusal('eval', ...args)).to.contain(
      'no labels to score by, should have some, or predictions',
    );
    const folder = inFolder('unlabelled');
    const { stdout } = await success('eval', ...args, '--predictions', folder);
    expect(stdout).to.contain('not scored: these pictures have no labels').and.not.to.contain('mean IU');
    const { labels } = decodeLabels(
      readFileSync(join(folder, 'results/VOC2011/Segmentation/comp6_val_cls/a.png')),
    );
    expect([...labels]).to.deep.equal([0, 0, 1, 1, 2, 2, 0, 0]);
  });

  it('counts classes of the net that the data set lacks as misses', async () => {
    const found = await report<Report>('eval', ...made(4));
    expect(found.perClass).to.have.length(3);
    expect(found.meanIU).to.be.closeTo(1.6 / 3, 1e-12);
  });

  for (const [args, message] of [
    [() => made(2), /^ShapeError: .*output 'score': scores 2 classes, should score at least 3/],
    [() => [...made(3), '--net', 'fcn8s'], /^UsageError: --net and --model/],
    [() => ['--data', `voc:${inFolder('none')}`, '--net', 'fcn8s'], /^DataError: .*none.*missing/],
    [
      () => ['--data', 'pascal', '--net', 'fcn8s'],
      /^DataError: pascal: no data set, should begin with one of/,
    ],
  ] as const)
    it(`refuses in one line: ${message}`, async () => {
      expect(await refusal('eval', ...args())).to.match(message);
    });

  if (!extraFolder) {
    it.skip('ESPNet on CamVid: RAREFY_DATA names no folder');
    return;
  }

  /** What evaluates ESPNet on frames in VOC's layout. */
  const espnet = (folder: string) => {
    const data = (path: string) => join(extraFolder!, path);
    const preprocess = inFolder('espnet.json');
    const net = REAL_NETS.find((each) => each.folder === 'espnet_p2_q8_camvid')!;
    writeFileSync(preprocess, JSON.stringify(net.preprocess));
    return [
      ...['--data', `voc:${data(folder)},names=${data('camvid-voc/classes.txt')}`],
      ...['--model', data(`weights/${net.folder}/model.onnx`), '--preprocess', preprocess],
      ...['--out', inFolder('camvid')],
    ];
  };

  it('ESPNet on four frames of 360 x 480 pixels has the published figures', async () => {
    const meta = readFileSync(join(extraFolder!, 'weights/espnet_p2_q8_camvid/meta.json'), 'utf8');
    const wanted = JSON.parse(meta).fullsize4_in_camvid_voc;
    const found = await report<Report>('eval', ...espnet('camvid-voc/fullsize'));
    expect(found.images).to.equal(4);
    expect(found.pixelAcc).to.be.closeTo(wanted.pixel_accuracy, 1e-3);
    expect(found.meanIU).to.be.closeTo(wanted.mean_iou, 1e-3);
    for (const { iu, label } of found.perClass) expect(iu, `${label}`).to.be.closeTo(wanted.iou[label], 5e-3);
  });

  it('ESPNet labels 101 frames of 180 x 240 pixels (long)', async () => {
    const found = await report<Report>('eval', ...espnet('camvid-voc'));
    expect(found.images).to.equal(101);
    expect(found.pixelAcc).to.be.closeTo(0.89, 0.005);
    expect(found.meanIU).to.be.closeTo(0.603, 0.005);
  });
});
