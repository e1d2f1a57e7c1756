import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { RunResult } from '../../src/cli/experiment/result.js';
import type { Summary } from '../../src/cli/experiment/summary.js';
import { decodePng } from '../../src/image/png.js';
import { countLabels, emptyConfusion } from '../../src/metrics/confusion.js';
import { scores } from '../../src/metrics/scores.js';
import { SCENE_CLASSES, scenePalette } from '../../src/scenes/classes.js';
import { scene } from '../../src/scenes/scene.js';
import { refusal, report, start, success, temporaryFolder } from './rarefy.js';

interface ExperimentJson extends Summary {
  readonly done: number;
  readonly of: number;
}

const PROTOCOL = {
  name: 'Skips, tiny',
  paper: { says: 'Skips refine what is coarse.', where: 'section 4.2' },
  seeds: [1, 2],
  defaults: {
    ...{ net: 'fcn8s', trunk: 'small', width: 1 / 32, data: 'scenes:1,8,32x32' },
    ...{ iterations: 2, 'iter-size': 1, batch: 2, lr: 0.01, scores: 'random' },
    ...{ 'test-count': 1, 'checkpoint-every': 1, test: { data: 'scenes:2,16,32x32', count: 3 } },
  },
  runs: [
    { id: 'fine', from: 'coarse', stages: '16s' },
    { id: 'coarse', stages: '32s', iterations: 3 },
  ],
  compare: [['coarse', 'fine']],
  expect: ['coarse', 'fine'],
  pictures: [{ name: 'figure4', runs: ['coarse', 'fine'], scenes: [2], worst: true }],
};

describe('rarefy experiment (long)', () => {
  const inFolder = temporaryFolder();
  const write = (name: string, protocol: object) => {
    writeFileSync(inFolder(name), JSON.stringify(protocol));
    return inFolder(name);
  };
  const run = (out: string, protocol: object = PROTOCOL) => [
    ...['experiment', write('protocol.json', protocol), '--out', inFolder(out)],
  ];
  const read = (path: string) => readFileSync(inFolder(path));
  const resultOf = (folder: string): RunResult => JSON.parse(read(`${folder}/result.json`).toString());

  it('runs what starts from another behind it, scores it, and leaves tables', async () => {
    const found = await report<ExperimentJson>(...run('whole'));
    expect([found.done, found.of]).to.deep.equal([4, 4]);
    expect(found.rows.map(({ id, seeds }) => [id, seeds])).to.deep.equal([
      ['coarse', [1, 2]],
      ['fine', [1, 2]],
    ]);
    const result = resultOf('whole/fine/seed-2');
    expect(result).to.deep.include({
      run: 'fine',
      seed: 2,
      model: '16s.safetensors',
      iterations: 2,
      images: 4,
    });
    expect(result.test).to.deep.include({ data: 'scenes:2,16,32x32', split: 'val', images: 3 });
    const [head] = result.heads;
    expect(head!.confusion.flat().reduce((a, b) => a + b, 0)).to.equal(3 * 32 * 32);
    expect(head!.trimap).to.have.lengthOf(40);
    expect(head!.pictures).to.have.lengthOf(3);
    expect(head!.boundaryIU).to.be.within(0, 1);
    const results = JSON.parse(read('whole/results.json').toString());
    expect(results.results).to.have.lengthOf(4);
    const markdown = read('whole/results.md').toString();
    expect(markdown)
      .to.contain('The paper: "Skips refine what is coarse." (section 4.2)')
      .and.match(/^\| coarse to fine +\| [+-]\d/m)
      .and.match(/^\| fine .*\| 2 seeds/m)
      .and.match(/^The expected order in mean IU, coarse < fine, /m);
    const [sheet] = results.sheets;
    expect(sheet.columns).to.deep.equal(['picture', 'coarse', 'fine', 'truth']);
    const { pictures } = resultOf('whole/fine/seed-1').heads[0]!;
    const least = Math.min(...pictures!.map(({ meanIU }) => meanIU!));
    const worst = sheet.rows.find((row: { worst: boolean }) => row.worst);
    expect([sheet.rows[0].picture, worst.meanIU[1]]).to.deep.equal(['1000002', least]);
    const { width, height, rgba } = decodePng(read('whole/figure4.png'));
    expect([width, height]).to.deep.equal([4 * 32 + 3 * 4, sheet.rows.length * 36 - 4]);
    const cell = (column: number) =>
      Array.from({ length: 32 * 32 }, (_, i) => {
        const at = 4 * (Math.floor(i / 32) * width + 36 * column + (i % 32));
        return [...rgba.subarray(at, at + 3)].join();
      });
    const shown = scene(2, 1_000_002, 32, 32);
    const palette = scenePalette();
    const colours = SCENE_CLASSES.map((_, label) => [...palette.subarray(4 * label, 4 * label + 3)].join());
    expect(cell(0)).to.deep.equal(cell(0).map((_, i) => [...shown.rgba.subarray(4 * i, 4 * i + 3)].join()));
    expect(cell(3)).to.deep.equal([...shown.labels].map((label) => colours[label]));
    for (const [run, meanIU] of sheet.rows[0].meanIU.entries()) {
      const counts = emptyConfusion(colours.length);
      const found = cell(1 + run).map((colour) => colours.indexOf(colour));
      countLabels(counts, shown.labels, found);
      expect(scores(counts).meanIU).to.equal(meanIU);
    }
    const page = read('whole/report.html').toString();
    expect(page)
      .to.match(/^<!doctype html>/)
      .and.contain('<img alt="figure4" src="data:image/png;base64,')
      .and.contain('mean IU within so many pixels of a border')
      .and.not.match(/(src|href)="?(?!data:)[\w.]/);
    const { copied } = JSON.parse(read('whole/fine/seed-1/log.jsonl').toString().split('\n')[0]!).start;
    expect(copied).to.include('score_fr.weight');
    expect(existsSync(inFolder('whole/fine/seed-1/checkpoint.safetensors'))).to.equal(false);
  });

  it('ends with the same bytes when it is interrupted and goes on, and does nothing twice', async () => {
    const one = { ...PROTOCOL, seeds: [1], pictures: [] };
    const args = (...more: string[]) => [...run('stopped', one), ...more];
    const first = start(...args());
    await first.says(/seed 1.*32s: loss .* step 1\/3/);
    first.interrupt();
    expect((await first.finished).code).to.equal(130);
    expect(existsSync(inFolder('stopped/coarse/seed-1/result.json'))).to.equal(false);
    expect(await refusal(...args())).to.contain('has an experiment; --resume goes on with it');
    expect(await refusal(...run('stopped', { ...one, seeds: [1, 3] }), '--resume')).to.contain(
      'seeds or runs are not those of',
    );

    const coarse = await success(...args('--resume', '--only', 'coarse'));
    expect(coarse.stderr).to.contain('run 1 of 1, coarse, seed 1, goes on').and.not.contain('fine');
    const { done, order } = await report<ExperimentJson>(...args('--report'));
    expect(done).to.equal(1);
    expect(order).to.contain('It cannot be told yet: fine has no result.');
    const rest = await success(...args('--resume'));
    expect(rest.stderr).to.contain('run 2 of 2, fine').and.not.contain('run 1 of');
    for (const folder of ['coarse/seed-1', 'fine/seed-1']) {
      const [whole, stopped] = [resultOf(`whole/${folder}`), resultOf(`stopped/${folder}`)];
      expect(stopped.heads).to.deep.equal(whole.heads);
      const model = `${folder}/${whole.model}`;
      expect(read(`stopped/${model}`).equals(read(`whole/${model}`)), folder).to.equal(true);
    }
  });

  it('trains again what lost its end, and takes another way of showing the same runs', async () => {
    const before = read('whole/fine/seed-1/16s.safetensors');
    for (const name of ['result.json', '16s.safetensors']) rmSync(inFolder(`whole/fine/seed-1/${name}`));
    await success(...run('whole', { ...PROTOCOL, pictures: [] }), '--resume');
    expect(read('whole/fine/seed-1/16s.safetensors').equals(before)).to.equal(true);
  });

  it('refuses what cannot be, with the place in the file', async () => {
    const [fine, coarse] = PROTOCOL.runs;
    for (const [change, message] of [
      [{ runs: [fine] }, 'runs[0].from: no run coarse, should be one of fine'],
      [{ runs: [fine, { ...coarse, lr: 'fast' }] }, 'runs[1]: --lr fast: should be a number'],
      [{ runs: [fine, { ...coarse, speed: 1 }] }, 'runs[1].speed: should be id, from, test, or an option'],
      [{ seed: [1] }, 'protocol: "seed", should be a key among name'],
    ] as const)
      expect(await refusal(...run('refused', { ...PROTOCOL, ...change }))).to.contain(message);
    expect(await refusal(...run('refused'), '--resume')).to.contain('--resume: no ');
    expect(await refusal(...run('refused'), '--only', 'rough')).to.contain('--only rough: should be of');
    expect(existsSync(inFolder('refused'))).to.equal(false);
  });
});
