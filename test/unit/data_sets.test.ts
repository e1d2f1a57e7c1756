import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { diskFiles } from '../../src/cli/data_files.js';
import { VOC_CLASSES } from '../../src/data/classes.js';
import { inputValues, splitOf } from '../../src/data/dataset.js';
import { channelMean } from '../../src/data/mean.js';
import { parseNames } from '../../src/data/names.js';
import { openDataSet } from '../../src/data/open.js';
import { DataError } from '../../src/errors.js';
import type { RgbaImage } from '../../src/image/image.js';
import { encodePng } from '../../src/image/png.js';
import { FCN_PREPROCESS } from '../../src/ops/image.js';
import { readNpy } from '../../src/weights/npy.js';
import { jpeg, labelPng, loadFirst, MemoryFiles, refusalOf, smooth } from '../data_files.js';
import { fromRgba } from '../reference/image.js';

const [WIDTH, HEIGHT] = [20, 14];
const labelAt = (i: number) => (i % 23 < 21 ? i % 23 : 255);

const vocFiles = () =>
  new MemoryFiles({
    'voc/JPEGImages/2008_1.jpg': jpeg(smooth(WIDTH, HEIGHT)),
    'voc/JPEGImages/2008_2.jpg': jpeg(smooth(16, 9, 30)),
    'voc/SegmentationClass/2008_1.png': labelPng(WIDTH, HEIGHT, labelAt),
    'voc/SegmentationClass/2008_2.png': labelPng(16, 9, () => 3),
    'voc/ImageSets/Segmentation/train.txt': '2008_1\r\n\r\n',
    'voc/ImageSets/Segmentation/seg11valid.txt': '2008_2\n2008_1\n',
  });

describe('specs of data sets', () => {
  for (const [spec, message] of [
    ['VOC2011', 'no data set, should begin with one of voc:, '],
    ['toString:x', 'no data set'],
    ['voc:', 'nothing behind voc:, should be voc:DIR[,classes=N]'],
    ['voc:voc,clases=11', 'unknown option clases, should be voc:DIR'],
    ['voc:voc,classes=11,classes=12', 'classes twice'],
    ['voc:voc,names=', 'names is empty'],
    ['voc:voc,classes=1.5', 'classes=1.5, should be a whole number of 1 to 255'],
    ['voc:voc,classes=0', 'classes=0, should be a whole number of 1 to 255'],
    ['voc:voc,ignore=7', 'ignore=7, should be none of the 21 classes'],
    ['folder:pictures', 'no labels, should be folder:IMAGES,labels=DIR'],
    ['folder:pictures,labels=masks', 'no classes, should have classes=N or names=FILE'],
  ] as const)
    it(`refuse ${spec}`, async () => {
      const { message: said, path } = await refusalOf(spec, vocFiles());
      expect(said).to.contain(`${spec}: ${message}`);
      expect(path).to.equal(spec);
    });
  it('keep commas and colons of a path', async () => {
    const files = new MemoryFiles();
    for (const [path, content] of vocFiles().contents) files.put(path.replace('voc', 'C:/a, b'), content);
    const data = await openDataSet('voc:C:/a, b,classes=21', files);
    expect((await loadFirst(data, 'train')).id).to.equal('2008_1');
  });
});

describe('names of classes', () => {
  it('are lines, with or without their labels, colours and the ignored one', () => {
    expect(parseNames(['sky', 'tv/monitor'], 'f')).to.deep.equal({
      names: ['sky', 'tv/monitor'],
      ignore: null,
    });
    expect(parseNames(['0: sky', '1: potted plant'], 'f').names).to.deep.equal(['sky', 'potted plant']);
    expect(parseNames(['0 Sky 1 2 3', '1 Road', '2 Void 0 0 0 ignore'], 'f')).to.deep.equal({
      names: ['Sky', 'Road'],
      ignore: 2,
    });
  });
  it('with gaps, without some labels, or with an ignored one in the middle are refused', () => {
    expect(() => parseNames(['0 a', '2 b'], 'f')).to.throw(DataError, 'f: label 2 in line 2, should be 1');
    expect(() => parseNames(['0 a', 'b'], 'f')).to.throw(DataError, '"b" in line 2');
    expect(() => parseNames(['0 a ignore', '1 b'], 'f')).to.throw(DataError, 'label 0 is ignored');
  });
});

describe('a PASCAL VOC data set', () => {
  it('has 21 classes, its lists as splits, pictures and labels of one size', async () => {
    const data = await openDataSet('voc:voc/', vocFiles());
    expect(data.heads).to.deep.equal([{ suffix: '', names: VOC_CLASSES, ignore: 255 }]);
    expect(data.inputs[0]!.preprocess).to.deep.equal({
      order: 'bgr',
      mean: [104.00698793, 116.66876762, 122.67891434],
    });
    expect(data.splits).to.deep.equal(['seg11valid', 'train']);
    expect(await data.ids('seg11valid')).to.deep.equal(['2008_2', '2008_1']);
    const { id, h, w, pictures, labels } = await loadFirst(data, 'train');
    expect([id, h, w]).to.deep.equal(['2008_1', HEIGHT, WIDTH]);
    expect([...labels[0]!]).to.deep.equal(Array.from({ length: WIDTH * HEIGHT }, (_, i) => labelAt(i)));
    const { rgba } = smooth(WIDTH, HEIGHT);
    const worst = (pictures[0] as RgbaImage).rgba.reduce((e, v, i) => Math.max(e, Math.abs(v - rgba[i]!)), 0);
    expect(worst).to.be.below(12);
  });
  it('makes trainval of train and val where there is no list', async () => {
    const files = vocFiles().put('voc/ImageSets/Segmentation/val.txt', '2008_2');
    const data = await openDataSet('voc:voc', files);
    expect(data.splits).to.deep.equal(['seg11valid', 'train', 'val', 'trainval']);
    expect(await data.ids('trainval')).to.deep.equal(['2008_1', '2008_2']);
  });
  it('takes its classes and the ignored label from a file of names', async () => {
    const files = vocFiles().put('n.txt', '0 thing 1 2 3\n1 stuff\n2 void ignore');
    files.put(
      'voc/SegmentationClass/2008_1.png',
      labelPng(WIDTH, HEIGHT, (i) => i % 3),
    );
    const data = await openDataSet('voc:voc,names=n.txt', files);
    expect(data.heads).to.deep.equal([{ suffix: '', names: ['thing', 'stuff'], ignore: 2 }]);
    expect((await loadFirst(data, 'train')).labels[0]!.slice(0, 4)).to.deep.equal(Uint8Array.of(0, 1, 2, 0));
  });
  const refusals: readonly [string, (files: MemoryFiles) => unknown, string, string?][] = [
    [
      'a list',
      () => {},
      'voc/ImageSets/Segmentation: no split "val", should be one of seg11valid, train',
      'val',
    ],
    ['ids', (f) => f.put('voc/ImageSets/Segmentation/train.txt', '\n \n'), 'train.txt: no ids'],
    [
      'a picture',
      (f) => f.contents.delete('voc/JPEGImages/2008_1.jpg'),
      'voc/JPEGImages/2008_1.jpg: missing',
    ],
    [
      'labels',
      (f) => f.contents.delete('voc/SegmentationClass/2008_1.png'),
      'voc/SegmentationClass/2008_1.png: missing',
    ],
    [
      'whole labels',
      (f) => f.put('voc/SegmentationClass/2008_1.png', labelPng(WIDTH, HEIGHT, labelAt).subarray(0, 99)),
      'voc/SegmentationClass/2008_1.png: png:',
    ],
    [
      'labels of the size of the picture',
      (f) => f.put('voc/SegmentationClass/2008_1.png', labelPng(HEIGHT, WIDTH, labelAt)),
      'voc/SegmentationClass/2008_1.png: labels of 14 x 20 pixels, should be 20 x 14 as the picture',
    ],
    [
      'labels in range',
      (f) =>
        f.put(
          'voc/SegmentationClass/2008_1.png',
          labelPng(WIDTH, HEIGHT, (i) => (i === 47 ? 21 : 0)),
        ),
      'voc/SegmentationClass/2008_1.png: label 21 at row 2, column 7, should be one of 21 classes or ignored',
    ],
    [
      'labels as indices',
      (f) => f.put('voc/SegmentationClass/2008_1.png', encodePng(smooth(WIDTH, HEIGHT))),
      'voc/SegmentationClass/2008_1.png: png: labels in 4 channels',
    ],
  ];
  for (const [what, spoil, message, split] of refusals)
    it(`without ${what} is refused with the path`, async () => {
      const files = vocFiles();
      spoil(files);
      expect((await refusalOf('voc:voc', files, split)).message).to.contain(message);
    });
});

describe('a folder of pictures and one of masks', () => {
  const files = () =>
    new MemoryFiles({
      'a/x.png': encodePng(smooth(5, 4)),
      'a/y.JPG': jpeg(smooth(5, 4)),
      'a/notes.md': '',
      'b/x.png': labelPng(5, 4, (i) => i % 3),
      'b/y.png': labelPng(5, 4, () => 255),
      'c/train.txt': 'y',
    });
  it('are a data set with one split, whatever its name', async () => {
    const data = await openDataSet('folder:a,labels=b,classes=3', files());
    expect(splitOf(data, 'train')).to.equal('all');
    expect(await data.ids('all')).to.deep.equal(['x', 'y']);
    expect((await data.load('x')).labels[0]!.slice(0, 4)).to.deep.equal(Uint8Array.of(0, 1, 2, 0));
    expect(data.heads[0]!.names).to.deep.equal(['class 0', 'class 1', 'class 2']);
  });
  it('may have lists', async () => {
    const data = await openDataSet('folder:a,labels=b,lists=c,classes=3', files());
    expect(await data.ids('train')).to.deep.equal(['y']);
    expect((await refusalOf('folder:a,labels=b,lists=c,classes=3', files().put('c/train.txt', 'z'))).message) //
      .to.contain('a: no picture "z"');
  });
  it('that have two pictures of one name, or none, are refused', async () => {
    const twice = await refusalOf('folder:a,labels=b,classes=3', files().put('a/x.jpg', ''), 'all');
    expect(twice.message).to.equal('a: x.jpg and x.png, should be one picture a name');
    const none = await refusalOf('folder:b/x.png,labels=b,classes=3', files(), 'all');
    expect(none.message).to.equal('b/x.png: missing');
    const other = new MemoryFiles({ 'a/notes.md': '' });
    expect((await refusalOf('folder:a,labels=b,classes=3', other, 'all')).message) //
      .to.equal('a: no PNG or JPEG files, should be pictures');
  });
  it('without the masks of a picture are refused with the path', async () => {
    const lacking = files();
    lacking.contents.delete('b/y.png');
    expect((await refusalOf('folder:a,labels=b,classes=3', lacking, 'all')).path).to.equal('b/y.png');
  });
});

describe('the input of a net', () => {
  it('is a picture by the preprocessing of the data set', async () => {
    const data = await openDataSet('folder:a,labels=b,classes=1', files());
    const { pictures, h, w } = await data.load('x');
    const [input] = data.inputs;
    const y = inputValues(pictures[0]!, input!);
    const wanted = fromRgba(smooth(5, 4).rgba, 1, h * w, input!.preprocess!);
    y.forEach((value, i) => {
      expect(value).to.be.closeTo(wanted[i]!, 1e-4);
    });
  });
  const files = () =>
    new MemoryFiles({ 'a/x.png': encodePng(smooth(5, 4)), 'b/x.png': labelPng(5, 4, () => 0) });
  it('has a mean over a split, by channel', async () => {
    const two = files()
      .put('a/y.png', encodePng(smooth(1, 1, 100)))
      .put(
        'b/y.png',
        labelPng(1, 1, () => 0),
      );
    const mean = await channelMean(await openDataSet('folder:a,labels=b,classes=1', two), 'all');
    const area = 5 * 4;
    const [r, g, b] = [40 + 2 * 2, 90 + 3 * 1.5, 200 - 2 - 1.5];
    const wanted = [(b * area + 200) / 21, (g * area + 90) / 21, (r * area + 140) / 21];
    mean.forEach((value, c) => {
      expect(value).to.be.closeTo(wanted[c]!, 1e-9);
    });
  });
});

describe('pictures without labels', () => {
  it('have labels that do not count, where the spec says so', async () => {
    const files = new MemoryFiles({
      'voc/JPEGImages/1.jpg': jpeg(smooth(5, 4)),
      'voc/ImageSets/Segmentation/test.txt': '1',
    });
    const voc = await openDataSet('voc:voc,labels=none', files);
    expect([voc.unlabelled, ...(await loadFirst(voc, 'test')).labels[0]!]).to.deep.equal([
      true,
      ...Array(20).fill(255),
    ]);
    const folder = await openDataSet('folder:voc/JPEGImages,labels=none,classes=3,ignore=9', files);
    expect([...(await loadFirst(folder, 'all')).labels[0]!]).to.deep.equal(Array(20).fill(9));
    expect((await openDataSet('voc:voc', files)).unlabelled).to.equal(false);
    expect((await refusalOf('voc:voc', files, 'test')).path).to.equal('voc/SegmentationClass/1.png');
    expect((await refusalOf('voc:voc,labels=masks', files)).message).to.contain(
      'labels=masks, should be none',
    );
  });
});

describe('the mean of a spec', () => {
  const files = () =>
    vocFiles()
      .put('voc/ImageSets/Segmentation/train.txt', '2008_1')
      .put('voc/ImageSets/Segmentation/val.txt', '2008_2');
  const meanOf = async (options: string) =>
    (await openDataSet(`voc:voc${options}`, files())).inputs[0]!.preprocess!.mean;

  it('is in place of the usual one, from red, green, blue to the order of the nets', async () => {
    expect(await meanOf(',mean=10,20.5,30')).to.deep.equal([30, 20.5, 10]);
    expect(await meanOf(',classes=21,mean=1,2,3')).to.deep.equal([3, 2, 1]);
    expect(await meanOf('')).to.deep.equal(FCN_PREPROCESS.mean);
  });

  it('is found over the pictures to learn from, whichever are read later', async () => {
    const data = await openDataSet('voc:voc', files());
    const wanted = await channelMean(data, 'train');
    expect(await meanOf(',mean=auto')).to.deep.equal(wanted);
    expect(wanted).to.not.deep.equal(await channelMean(data, 'val'));
    const values = inputValues((await data.load('2008_1')).pictures[0]!, {
      ...data.inputs[0]!,
      preprocess: { ...FCN_PREPROCESS, mean: wanted },
    });
    expect(values.reduce((a, b) => a + b, 0) / values.length).to.be.closeTo(0, 1e-4);
    const left = await openDataSet('voc:voc,mean=auto', files(), null);
    expect(left.inputs[0]!.preprocess!.mean).to.deep.equal(FCN_PREPROCESS.mean);
  });

  it('is refused where it is none', async () => {
    for (const mean of ['10,20', 'grey', '1,2,300', '1,2,3,4'])
      expect((await refusalOf(`voc:voc,mean=${mean}`, files())).message).to.contain(
        `mean=${mean}, should be auto, or r,g,b of 0 to 255 each`,
      );
  });
});

describe('files on a disk', () => {
  it('that are missing, or folders, are refused with the path', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rarefy-data-'));
    const said = (promise: Promise<unknown>) => promise.then(String, String);
    expect(await said(diskFiles.read(`${dir}/none`))).to.contain(`${dir}/none: missing, should be a file`);
    expect(await said(diskFiles.read(dir))).to.contain(`${dir}: a folder, should be a file`);
    expect(await said(diskFiles.list(`${dir}/none`))).to.contain(`${dir}/none: missing, should be a folder`);
    rmSync(dir, { recursive: true });
  });
});

/** Data sets of the folder that RAREFY_DATA names. */
describe('data sets from outside', () => {
  const dir = process.env.RAREFY_DATA;
  const test = dir ? it : it.skip;

  test('voc-mini: three pictures in VOC colours', async () => {
    const data = await openDataSet(`voc:${dir}/voc-mini,names=${dir}/voc-mini/class_names.txt`, diskFiles);
    expect(data.heads[0]!.names).to.have.length(21);
    const ids = await data.ids('trainval');
    expect(ids).to.have.length(3);
    for (const id of ids) expect(new Set((await data.load(id)).labels[0]).size).to.be.above(1);
  });
  test('CamVid: pictures, labels and counts as its meta.json has them', async function () {
    this.timeout(60_000);
    const folder = `${dir}/camvid-voc`;
    const data = await openDataSet(`voc:${folder},names=${folder}/classes.txt`, diskFiles);
    expect(data.heads[0]!.names[10]).to.equal('Bicyclist');
    const meta = JSON.parse(new TextDecoder().decode(await diskFiles.read(`${folder}/meta.json`)));
    const counts = new Array<number>(12).fill(0);
    for (const id of await data.ids('val'))
      for (const label of (await data.load(id)).labels[0]!) counts[label]!++;
    expect({ ...counts }).to.deep.equal(meta.splits.val.pixels_per_label);
    const { pictures } = await data.load('0016E5_07959');
    const { data: rgb } = readNpy(await diskFiles.read(`${folder}/decode_check/0016E5_07959.rgb.npy`));
    const { rgba } = pictures[0] as RgbaImage;
    const off = (value: number | bigint, i: number) =>
      Math.abs(Number(value) - rgba[4 * Math.floor(i / 3) + (i % 3)]!);
    expect(Array.from<number | bigint>(rgb).findIndex((value, i) => off(value, i) > 3)).to.equal(-1);
  });
  test('CamVid: the mean of its training pictures (long)', async function () {
    this.timeout(120_000);
    const folder = `${dir}/camvid-voc`;
    const data = await openDataSet(`voc:${folder},names=${folder}/classes.txt`, diskFiles);
    const { train_mean_rgb } = JSON.parse(
      new TextDecoder().decode(await diskFiles.read(`${folder}/meta.json`)),
    );
    (await channelMean(data, 'train')).forEach((value, c) => {
      // Of the photographs before JPEG, whose decoder here rounds down.
      expect(value).to.be.closeTo(train_mean_rgb[2 - c], 0.5);
    });
  });
});
