import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { ArgsDef } from 'citty';
import { encode as encodeWith } from 'fast-png';
import { reproduced } from '../../src/cli/commands/tables.js';
import { commands } from '../../src/cli/commands.js';
import { merged, tablesMarkdown, tablesText } from '../../src/cli/tables_text.js';
import { fileName, ZOO } from '../../src/cli/zoo.js';
import { LAYOUTS, openDataSet } from '../../src/data/open.js';
import { parseSpec } from '../../src/data/spec.js';
import { encodePng } from '../../src/image/png.js';
import { REPRODUCED } from '../../src/metrics/paper_tables.js';
import { NETS } from '../../src/nets/index.js';
import { modelName } from '../../src/page/training.js';
import { jpeg, labelPng, MemoryFiles, smooth } from '../data_files.js';
import { matFile, matNumbers, matStruct } from '../mat5.js';

const all = REPRODUCED.flatMap(({ rows }) => rows.flatMap((row) => row.commands));

describe('the tables of the paper', () => {
  it('are 1 to 5, with a value or a blank in every column', () => {
    expect(REPRODUCED.map(({ number }) => number)).to.deep.equal([1, 2, 3, 4, 5]);
    for (const { columns, rows } of REPRODUCED)
      for (const { name, paper } of rows) expect(paper, name).to.have.lengthOf(columns.length);
  });

  it('are docs/reproduce.md', () => {
    const text = tablesMarkdown(REPRODUCED, reproduced());
    expect(readFileSync('docs/reproduce.md', 'utf8')).to.equal(text);
  });

  it('have the numbers that follow from the nets', () => {
    expect(reproduced()['1/FCN-GoogLeNet']!.values.slice(2)).to.deep.equal([
      '22',
      '5,995,077',
      '715 (907 with pool5/7x7_s1)',
      '32',
    ]);
    expect(tablesText(REPRODUCED, {})).to.match(/FCN-8s +90\.3 +75\.9 +62\.7 +83\.2\n {2}here +- +- +- +-\n/);
  });

  it('take a measured number before one that is computed', () => {
    const a = { '1/x': { values: [1, null, 'c'], note: 'a' } };
    const b = { '1/x': { values: [null, 2, 'd'], note: 'b' }, '2/y': { values: [null], note: 'c' } };
    expect(merged(a, b)).to.deep.equal({
      '1/x': { values: [1, 2, 'd'], note: 'a; b' },
      '2/y': { values: [null], note: 'c' },
    });
  });

  for (const line of new Set(all))
    it(`can be run: ${line}`, () => {
      const { name, options } = wordsOf(line);
      const known = commands[name]?.args as ArgsDef | undefined;
      expect(known, name).to.be.an('object');
      for (const option of options.keys()) expect(Object.keys(known!)).to.include(option);
      const [net, data] = [options.get('net'), options.get('data')];
      if (net) expect(NETS).to.have.property(net);
      if (data) expect(() => parseSpec(data, LAYOUTS)).to.not.throw();
    });

  it('are run on splits that are published, and whose pictures have what is read', async () => {
    const sets = publishedSets();
    const read = new Set<string>();
    for (const line of all) {
      const { name, options } = wordsOf(line);
      const data = options.get('data');
      if (!data) continue;
      const splits =
        name === 'train'
          ? [options.get('split') ?? 'train', options.get('test-split') ?? 'val']
          : [options.get('split') ?? 'val'];
      const set = await openDataSet(data, sets);
      for (const split of splits) {
        expect(set.splits, `${line}: --split`).to.include(split);
        for (const id of await set.ids(split)) await set.load(id);
        read.add(`${set.name} ${split}`);
      }
      if (set.unlabelled) expect(options.has('predictions'), line).to.equal(true);
    }
    expect([...read].sort()).to.deep.equal([
      ...['nyud test', 'nyud trainval', 'sbd train', 'sbd val', 'siftflow test', 'siftflow trainval'],
      ...['voc seg11valid', 'voc test', 'voc train', 'voc val'],
    ]);
  });

  it('are run in an order in which each finds its weights', () => {
    const made = new Set<string>();
    for (const line of all) {
      const { name, words, options } = wordsOf(line);
      for (const path of options.get('weights')?.split(',') ?? []) expect([...made], line).to.include(path);
      if (name === 'pull') made.add(`models/${fileName(ZOO.find((file) => file.name === words[0])!)}`);
      if (name !== 'train') continue;
      const stages = options.get('stages')?.split(',') ?? [options.get('net')!];
      for (const stage of stages) made.add(`${options.get('out')}/${modelName(stage)}`);
    }
  });

  it('are trained as the paper says: on its images, as they are', () => {
    const trained = (number: number) =>
      REPRODUCED[number - 1]!.rows.flatMap((row) => row.commands).filter((line) => / train /.test(line));
    for (const line of trained(1)) expect(line).to.contain('--data voc:VOC2011 ');
    for (const line of trained(2)) expect(line).to.contain('--data sbd:sbd ');
    for (const line of all) expect(line).to.not.match(/--(mirror|jitter)/);
  });
});

/** A command line taken apart: `npx rarefy NAME WORDS --option value`. */
function wordsOf(line: string) {
  const [npx, rarefy, name = '', ...words] = line.split(' ');
  expect([npx, rarefy]).to.deep.equal(['npx', 'rarefy']);
  const options = new Map<string, string>();
  for (const [i, word] of words.entries())
    if (word.startsWith('--')) options.set(word.slice(2), words[i + 1] ?? '');
  return { name, words, options };
}

/** The data sets that the tables need, with a picture of each list, in the layout in which they are published. */
function publishedSets(): MemoryFiles {
  const [w, h] = [3, 2];
  const [picture, png, mask] = [jpeg(smooth(w, h)), encodePng(smooth(w, h)), labelPng(w, h, () => 1)];
  const numbers = (name: string, dims = [h, w]) => matNumbers(name, dims, Array(w * h).fill(1), 'uint8');
  const files = new MemoryFiles();
  for (const [year, list, labelled] of [
    ['VOC2011', 'train', true],
    ['VOC2011', 'val', true],
    ['VOC2011', 'trainval', true],
    ['VOC2011', 'seg11valid', true],
    ['VOC2011', 'test', false],
    ['VOC2012', 'test', false],
  ] as const) {
    files.put(`${year}/ImageSets/Segmentation/${list}.txt`, `2008_${list}\n`);
    files.put(`${year}/JPEGImages/2008_${list}.jpg`, picture);
    if (labelled) files.put(`${year}/SegmentationClass/2008_${list}.png`, mask);
  }
  for (const list of ['train', 'val']) {
    files.put(`sbd/${list}.txt`, `2008_${list}\n`).put(`sbd/img/2008_${list}.jpg`, picture);
    files.put(`sbd/cls/2008_${list}.mat`, matFile([matStruct('GTcls', { Segmentation: numbers('') })]));
  }
  const depth = encodeWith({
    width: w,
    height: h,
    data: new Uint16Array(w * h).fill(900),
    channels: 1,
    depth: 16,
  });
  for (const list of ['train', 'val', 'test']) {
    files.put(`nyud/${list}.txt`, `5${list}\n`).put(`nyud/data/depth/img_5${list}.png`, depth);
    for (const kind of ['images', 'hha']) files.put(`nyud/data/${kind}/img_5${list}.png`, png);
    files.put(`nyud/segmentation/img_5${list}.mat`, matFile([numbers('segmentation')]));
  }
  const folder = 'spatial_envelope_256x256_static_8outdoorcategories';
  for (const list of ['trainval', 'test']) {
    files.put(`siftflow/${list}.txt`, `${list}_1\n`).put(`siftflow/Images/${folder}/${list}_1.jpg`, picture);
    for (const kind of ['SemanticLabels', 'GeoLabels'])
      files.put(`siftflow/${kind}/${folder}/${list}_1.mat`, matFile([numbers('S')]));
  }
  return files;
}
