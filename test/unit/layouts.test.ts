import { expect } from 'chai';
import { encode as encodeWith } from 'fast-png';
import { CONTEXT_LABELS, NYUD_CLASSES, SIFTFLOW_CLASSES, VOC_CLASSES } from '../../src/data/classes.js';
import { inputValues, type PlanarImage } from '../../src/data/dataset.js';
import { openDataSet } from '../../src/data/open.js';
import { encodePng } from '../../src/image/png.js';
import { jpeg, labelPng, loadFirst, MemoryFiles, refusalOf, smooth } from '../data_files.js';
import { matCells, matFile, matNumbers, matStruct } from '../mat5.js';

const [W, H] = [12, 9];
const AREA = W * H;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** A file of labels under a name, as MATLAB stores them: by class, compressed or not. */
const matLabels = (name: string, labels: readonly number[], compressed = false) =>
  matFile([matNumbers(name, [H, W], labels, labels.some((l) => l < 0) ? 'double' : 'uint16')], {
    compressed,
  });

/** A file that is put in another's place, what is asked of the set then, and what is said. */
type Refusal = readonly [string, Record<string, Uint8Array | string>, string];

function defineRefusals(spec: string, files: () => MemoryFiles, refusals: readonly Refusal[]) {
  for (const [what, put, message] of refusals)
    it(`is refused with the path: ${what}`, async () => {
      const spoilt = files();
      for (const [path, content] of Object.entries(put)) spoilt.put(path, content);
      const said = await refusalOf(spec, spoilt);
      expect(said.message).to.contain(message);
      expect(said.message.startsWith(said.path)).to.equal(true);
    });
}

describe('the Semantic Boundaries Dataset', () => {
  const labels = range(AREA).map((i) => i % 21);
  const gtcls = (values: readonly number[], dims = [H, W]) =>
    matStruct('GTcls', {
      Boundaries: matCells(
        '',
        [20, 1],
        range(20).map(() => matNumbers('', [1, 1], [0], 'uint8')),
      ),
      Segmentation: matNumbers('', dims, values, 'uint8'),
      CategoriesPresent: matNumbers('', [1, 2], [1, 2], 'uint8'),
    });
  const files = () =>
    new MemoryFiles({
      'sbd/img/2008_000002.jpg': jpeg(smooth(W, H)),
      'sbd/img/2008_000003.jpg': jpeg(smooth(W, H)),
      'sbd/cls/2008_000002.mat': matFile([gtcls(labels)], { compressed: true }),
      'sbd/cls/2008_000003.mat': matFile([gtcls(labels.toReversed())]),
      'sbd/train.txt': '2008_000002\n2008_000003\n',
      'sbd/val.txt': '2008_000003\n',
    });
  it("has VOC's labels in structs, compressed or not", async () => {
    const data = await openDataSet('sbd:sbd', files());
    expect(data.splits).to.deep.equal(['train', 'val', 'trainval']);
    expect(data.heads[0]!.names).to.equal(VOC_CLASSES);
    expect(data.inputs[0]!.preprocess!.mean).to.deep.equal([104.00698793, 116.66876762, 122.67891434]);
    expect([...(await loadFirst(data, 'train')).labels[0]!]).to.deep.equal(labels);
    expect([...(await loadFirst(data, 'val')).labels[0]!]).to.deep.equal(labels.toReversed());
  });
  const path = 'sbd/cls/2008_000002.mat';
  defineRefusals('sbd:sbd', files, [
    [
      'labels of another size',
      { [path]: matFile([gtcls(labels, [W, H])]) },
      `${path}: labels of 9 x 12 pixels`,
    ],
    [
      'a label out of range',
      { [path]: matFile([gtcls(labels.with(13, 21))]) },
      'label 21 at row 1, column 1',
    ],
    ['another variable', { [path]: matLabels('S', labels) }, `${path}: mat: no variable GTcls`],
    [
      'no struct',
      { [path]: matLabels('GTcls', labels) },
      `${path}: mat: numbers [9,12], should be one struct`,
    ],
    [
      'another field',
      { [path]: matFile([matStruct('GTcls', { Seg: matNumbers('', [1, 1], [1]) })]) },
      'should be one struct with Segmentation',
    ],
    ['a broken file', { [path]: matFile([gtcls(labels)]).subarray(0, 300) }, `${path}: mat: `],
  ]);
});

describe('SIFT Flow', () => {
  const folder = 'spatial_envelope_256x256_static_8outdoorcategories';
  const semantic = range(AREA).map((i) => i % 34);
  const geometric = range(AREA).map((i) => [-1, 1, 2, 3][i % 4]!);
  const geo = `sift/GeoLabels/${folder}/coast_1.mat`;
  const files = () =>
    new MemoryFiles({
      [`sift/Images/${folder}/coast_1.jpg`]: jpeg(smooth(W, H)),
      [`sift/SemanticLabels/${folder}/coast_1.mat`]: matLabels('S', semantic, true),
      [geo]: matLabels('S', geometric),
      'sift/train.txt': 'coast_1',
    });
  it('has two heads, with labels from 0 and void ignored', async () => {
    const data = await openDataSet('siftflow:sift', files());
    expect(data.heads.map(({ suffix, names }) => [suffix, names.length])).to.deep.equal([
      ['_sem', 33],
      ['_geo', 3],
    ]);
    expect([8, 10, 15].map((i) => SIFTFLOW_CLASSES[i])).to.deep.equal(['cow', 'desert', 'moon']);
    const { labels } = await loadFirst(data, 'train');
    expect([...labels[0]!]).to.deep.equal(semantic.map((l) => (l === 0 ? 255 : l - 1)));
    expect([...labels[1]!]).to.deep.equal(geometric.map((l) => (l === -1 ? 255 : l - 1)));
    expect(data.inputs[0]!.preprocess!.mean).to.deep.equal([114.578, 115.294, 108.353]);
  });
  defineRefusals('siftflow:sift', files, [
    [
      'a geometric label out of range',
      { [geo]: matLabels('S', geometric.with(0, 4)) },
      `${geo}: label 4 at row 0`,
    ],
    ['another void', { [geo]: matLabels('S', geometric.with(0, -2)) }, 'label -2 at row 0'],
    [
      'a label that would wrap to void',
      { [geo]: matLabels('S', geometric.with(0, 256)) },
      'label 256 at row 0',
    ],
    [
      'a label between two',
      { [geo]: matFile([matNumbers('S', [H, W], geometric.with(0, 1.5))]) },
      'label 1.5 at',
    ],
  ]);
});

describe('PASCAL-Context', () => {
  const label = (name: string) => CONTEXT_LABELS.get(name)!;
  const names = range(459).map((i) => {
    const found = [...CONTEXT_LABELS].find(([, at]) => at === i + 1);
    return `${i + 1}: ${found ? found[0].replace('tvmonitor', 'tv monitor') : `other${i + 1}`}`;
  });
  const map = range(AREA).map((i) => [label('aeroplane'), 1, 459, label('wood'), label('table'), 0][i % 6]!);
  const path = 'context/trainval/2008_000002.mat';
  const files = () =>
    new MemoryFiles({
      'voc/VOC2010/JPEGImages/2008_000002.jpg': jpeg(smooth(W, H)),
      'voc/VOC2010/ImageSets/Main/train.txt': '2008_000002\n',
      'voc/VOC2010/ImageSets/Main/cat_train.txt': '2008_000002 -1\n',
      'context/labels.txt': names.join('\n'),
      [path]: matLabels('LabelMap', map, true),
    });
  it('has 59 classes of 459 labels, and the rest as background', async () => {
    const data = await openDataSet('context:voc,context=context', files());
    expect(data.inputs[0]!.preprocess).to.deep.equal({ order: 'bgr', mean: [104.007, 116.669, 122.679] });
    expect(data.splits).to.deep.equal(['train']);
    expect(data.heads[0]!.names).to.have.length(60);
    expect(data.heads[0]!.names.slice(0, 2)).to.deep.equal(['background', 'aeroplane']);
    const { labels } = await loadFirst(data, 'train');
    expect([...labels[0]!].slice(0, 6)).to.deep.equal([1, 0, 0, 59, 11, 0]);
    expect((await openDataSet('context:voc/VOC2010,context=context', files())).splits).to.deep.equal([
      'train',
    ]);
  });
  it('needs a folder of labels', async () => {
    expect((await refusalOf('context:voc', files())).message).to.contain(
      'no labels, should be context:VOCDIR',
    );
  });
  defineRefusals('context:voc,context=context', files, [
    [
      'a label out of range',
      { [path]: matLabels('LabelMap', map.with(14, 460)) },
      'label 460 at row 1, column 2',
    ],
    [
      'other names',
      { 'context/labels.txt': names.with(22, '23: bike').join('\n') },
      'context/labels.txt: label 23 is "bike", should be "bicycle"',
    ],
    ['fewer names', { 'context/labels.txt': names.slice(0, 100).join('\n') }, 'is "undefined", should be'],
  ]);
});

describe('NYUDv2 as prepared', () => {
  const depth = Uint16Array.from({ length: AREA }, (_, i) => 700 + 61 * i);
  const depthPng = (data: Uint16Array, width = W) =>
    encodeWith({ width, height: data.length / width, data, channels: 1, depth: 16 });
  const segmentation = range(AREA).map((i) => i % 41);
  const files = () =>
    new MemoryFiles({
      'nyud/data/images/img_5001.png': encodePng(smooth(W, H)),
      'nyud/data/hha/img_5001.png': encodePng(smooth(W, H, 5)),
      'nyud/data/depth/img_5001.png': depthPng(depth),
      'nyud/segmentation/img_5001.mat': matLabels('segmentation', segmentation, true),
      'nyud/train.txt': '5001',
      'nyud/val.txt': '5001',
      'nyud/classes.txt': '0: wall',
    });
  it('has 40 classes from 0, and trainval of train and val', async () => {
    const data = await openDataSet('nyud:nyud', files());
    expect(data.splits).to.deep.equal(['train', 'val', 'trainval']);
    expect(await data.ids('trainval')).to.deep.equal(['5001', '5001']);
    expect(data.heads[0]!.names).to.equal(NYUD_CLASSES).and.to.have.length(40);
    const { labels, pictures } = await loadFirst(data, 'train');
    expect([...labels[0]!]).to.deep.equal(segmentation.map((l) => (l === 0 ? 255 : l - 1)));
    expect(pictures).to.deep.equal([smooth(W, H)]);
  });
  it('feeds colour as BGR, HHA as it lies in its file, depth as its logarithm', async () => {
    const first = async (kind: string) => {
      const data = await openDataSet(`nyud:nyud,kind=${kind}`, files());
      const { pictures } = await loadFirst(data, 'train');
      return data.inputs.map((input, i) => {
        const values = inputValues(pictures[i]!, input);
        expect(values.length).to.equal(input.channels * AREA);
        return [input.name, ...Array.from({ length: input.channels }, (_, c) => values[c * AREA]!)];
      });
    };
    const near = (found: (string | number)[][], wanted: (string | number)[][]) =>
      wanted.forEach((row, i) => {
        row.forEach((value, c) => {
          if (typeof value === 'string') expect(found[i]![c]).to.equal(value);
          else expect(found[i]![c]).to.be.closeTo(value, 1e-4);
        });
      });
    const [color, hha] = [
      [200 - 116.19, 90 - 97.203, 40 - 92.318],
      [45 - 132.431, 90 - 94.076, 200 - 118.477],
    ];
    const log = Math.log(700) - 7.844;
    near(await first('color'), [['data', ...color]]);
    near(await first('hha'), [['data', ...hha]]);
    near(await first('depth'), [['data', log]]);
    near(await first('color-depth'), [
      ['color', ...color],
      ['depth', log],
    ]); //
    near(await first('color-hha'), [
      ['color', ...color],
      ['hha', ...hha],
    ]); //
  });
  it('keeps 16 bits of depth', async () => {
    const data = await openDataSet('nyud:nyud,kind=depth', files());
    const [picture] = (await loadFirst(data, 'train')).pictures as PlanarImage[];
    picture!.values.forEach((value, i) => {
      expect(Math.exp(value + 7.844)).to.be.closeTo(depth[i]!, 0.01);
    });
  });
  it('needs a kind that there is', async () => {
    expect((await refusalOf('nyud:nyud,kind=hsv', files())).message).to.contain(
      'kind=hsv, should be one of color',
    );
  });
  const path = 'nyud/data/depth/img_5001.png';
  defineRefusals('nyud:nyud,kind=color-depth', files, [
    ['a hole in the depth', { [path]: depthPng(depth.with(25, 0)) }, `${path}: depth 0 at row 2, column 1`],
    ['depth of 8 bits', { [path]: labelPng(W, H, () => 3) }, `${path}: png: 1 channels of 8 bits`],
    [
      'depth of another size',
      { [path]: depthPng(depth, H) },
      `${path}: 9 x 12 pixels, should be 12 x 9 as nyud/`,
    ],
    [
      'a label of 41',
      { 'nyud/segmentation/img_5001.mat': matLabels('segmentation', segmentation.with(3, 41)) },
      'img_5001.mat: label 41 at row 0, column 3, should be one of 40 classes',
    ],
  ]);
});
