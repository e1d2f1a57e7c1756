import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseProtocol, trainArgs } from '../../src/cli/experiment/protocol.js';
import {
  differenceRows,
  pictureText,
  reportMarkdown,
  resultRows,
} from '../../src/cli/experiment/report_text.js';
import type { RunResult } from '../../src/cli/experiment/result.js';
import { jobsOf, ordered, secondsFor, withSources } from '../../src/cli/experiment/schedule.js';
import { wantedPictures } from '../../src/cli/experiment/sheet.js';
import { summarize } from '../../src/cli/experiment/summary.js';
import { FormatError } from '../../src/errors.js';
import { paired, spread } from '../../src/metrics/spread.js';
import { GEOMETRY } from '../../src/scenes/classes.js';
import type { HeadReport } from '../../src/train/head_counts.js';

const RUN = { id: '32s', net: 'fcn-small-32s', iterations: 4 };
const PROTOCOL = {
  name: 'Skips',
  paper: { says: 'Skips refine.', where: 'section 4.2' },
  seeds: [1, 2, 3],
  defaults: {
    data: 'scenes:1,8,32x32',
    batch: 2,
    'iter-size': 3,
    test: { data: 'scenes:2,8,32x32', count: 4 },
  },
  runs: [{ ...RUN, id: '16s', from: '32s', net: 'fcn-small-16s', lr: [0.1], mirror: true }, RUN] as object[],
  compare: [['32s', '16s']],
  expect: ['32s', '16s'],
};

const parse = (change: object = {}) => parseProtocol(JSON.stringify({ ...PROTOCOL, ...change }));

describe('protocols of experiments', () => {
  for (const name of readdirSync('docs/experiments').filter((file) => file.endsWith('.json')))
    it(`${name} is one whose runs all exist, and are scored on other scenes than they learn from`, () => {
      const { runs } = parseProtocol(readFileSync(`docs/experiments/${name}`, 'utf8'));
      for (const run of runs) expect(run.words.join(' '), run.id).not.to.contain(run.test.data);
    });

  it('are read, with what is common to all runs and the runs in their order', () => {
    const { seeds, runs, pictures } = parse();
    expect(seeds).to.deep.equal([1, 2, 3]);
    expect(pictures).to.deep.equal([]);
    expect(runs.map(({ id, from, steps, images }) => [id, from, steps, images])).to.deep.equal([
      ['32s', [], 4, 24],
      ['16s', ['32s'], 4, 24],
    ]);
    const [coarse, fine] = runs;
    expect(fine!.test).to.deep.equal({ data: 'scenes:2,8,32x32', split: 'val', count: 4 });
    const args = trainArgs(fine!, ['--out=a b', '--seed=7']);
    expect(args).to.deep.include({ net: 'fcn-small-16s', lr: '0.1', mirror: true, out: 'a b', seed: '7' });
    expect(trainArgs(coarse!, ['--out=a']).mirror).to.equal(undefined);
  });

  it('may set each run apart from what is common', () => {
    const own = {
      ...RUN,
      batch: 1,
      'iter-size': null,
      mirror: false,
      test: { split: 'train', data: 'scenes:3,9,32x32' },
    };
    const { runs } = parse({ runs: [own], compare: [], expect: [] });
    expect(runs[0]!.test).to.deep.equal({ data: 'scenes:3,9,32x32', split: 'train', count: 4 });
    expect(runs[0]!.images).to.equal(4 * 20); // the recipe's iter_size
    expect(trainArgs(runs[0]!, ['--out=a'])['iter-size']).to.equal(undefined);
    expect(trainArgs(runs[0]!, ['--out=a']).mirror).to.equal(false);
  });

  const [fine] = PROTOCOL.runs;
  const bare = { compare: [], expect: [] };
  for (const [change, message] of [
    [{ sedes: [1] }, 'protocol: "sedes", should be a key among name, paper, seeds'],
    [{ seeds: [] }, 'protocol.seeds: a list of 0, should be a list of 1 to 100'],
    [{ seeds: [1, 1] }, 'seeds[1]: 1 again, should be there once'],
    [{ paper: 'Skips refine.' }, 'protocol.paper: "Skips refine.", should be an object'],
    [{ runs: [fine, { ...RUN, id: 'a/b' }] }, 'runs[1].id: "a/b", should be a name'],
    [{ runs: [fine, RUN, RUN] }, 'runs[2].id: 32s again, should be there once'],
    [{ runs: [fine], ...bare }, 'runs[0].from: no run 32s, should be one of 16s'],
    [{ runs: [fine, { ...RUN, from: ['16s'] }] }, 'runs: 16s from 32s, 32s from 16s: a circle'],
    [{ runs: [fine, { ...RUN, learning: 1 }] }, 'runs[1].learning: should be id, from, test, or an option'],
    [{ runs: [fine, { ...RUN, seed: 1 }] }, 'runs[1].seed: should be id, from, test, or an option'],
    [{ runs: [fine, { ...RUN, lr: 'fast' }] }, 'runs[1]: --lr fast: should be a number'],
    [{ runs: [fine, { ...RUN, lr: true }] }, 'runs[1].lr: true, should be a text or a number'],
    [{ runs: [fine, { ...RUN, mirror: 1 }] }, 'runs[1].mirror: 1, should be true or false'],
    [{ runs: [fine, { ...RUN, order: 'any' }] }, /^runs\[1\]: Invalid value for argument: --order/],
    [{ runs: [fine, { ...RUN, net: 'fcn2s' }] }, "runs[1]: net 'fcn2s', should be one of"],
    [{ runs: [fine, { ...RUN, test: { seed: 1 } }] }, 'runs[1].test: "seed", should be a key among data'],
    [
      { runs: [fine, { ...RUN, test: { data: 'scenes:1,9,64x64' } }] },
      'runs[1]: scenes of seed 1 to learn from and to test on, should be of two seeds',
    ],
    [{ runs: [fine, { ...RUN, test: { data: 'photos:a' } }] }, 'runs[1]: photos:a: no data set'],
    [{ runs: [{ ...fine, weights: 'a.safetensors' }, RUN] }, 'runs[0]: from and weights, should be one'],
    [{ compare: [['32s', '8s']] }, 'compare[0]: no run 8s, should be one of 16s, 32s'],
    [{ expect: ['8s'] }, 'expect: no run 8s'],
    [{ defaults: { ...PROTOCOL.defaults, from: 'a' } }, 'defaults.from: should stand in each run'],
    [{ defaults: { ...PROTOCOL.defaults, speed: 1 } }, 'defaults.speed: should be id, from, test, or'],
    [{ pictures: [{ name: 'a', runs: ['8s'] }] }, 'pictures[0].runs: no run 8s'],
    [
      { pictures: [{ name: 'a', runs: ['16s'], scenes: [0, 4] }] },
      'pictures[0].scenes: 4, should be below 4',
    ],
  ] as const)
    it(`are refused: ${message}`, () => {
      expect(() => parse(change)).to.throw(FormatError, message);
    });

  it('are JSON', () => {
    expect(() => parseProtocol('{')).to.throw(FormatError, 'should be JSON');
  });
});

describe('the order of an experiment', () => {
  const runs = [
    { id: 'late', from: ['color', 'hha'] },
    { id: 'color', from: [] },
    { id: 'hha', from: [] },
    { id: 'later', from: ['late'] },
    { id: 'alone', from: [] },
  ];
  const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

  it('has runs behind those that they start from', () => {
    expect(ids(ordered(runs))).to.deep.equal(['color', 'hha', 'late', 'later', 'alone']);
  });

  it('is of some runs and what they start from', () => {
    expect(ids(withSources(ordered(runs), ['late']))).to.deep.equal(['color', 'hha', 'late']);
    expect(ids(withSources(ordered(runs), ['alone']))).to.deep.equal(['alone']);
  });

  it('has all runs of a seed before the next', () => {
    const jobs = jobsOf({ seeds: [1, 2] }, parse().runs);
    expect(jobs.map(({ run, seed }) => `${run.id} ${seed}`)).to.deep.equal([
      '32s 1',
      '16s 1',
      '32s 2',
      '16s 2',
    ]);
  });

  it('takes as long as others of the name, or as all', () => {
    const paces = [
      { id: 'a', images: 10, seconds: 20 },
      { id: 'b', images: 30, seconds: 20 },
    ];
    expect(secondsFor([{ id: 'a', images: 5 }], paces)).to.equal(10);
    expect(
      secondsFor(
        [
          { id: 'a', images: 5 },
          { id: 'c', images: 8 },
        ],
        paces,
      ),
    ).to.equal(10 + 8);
    expect(secondsFor([{ id: 'a', images: 5 }], [])).to.equal(null);
    expect(secondsFor([], [])).to.equal(0);
  });
});

describe('what comes of an experiment', () => {
  const head = (meanIU: number, more: Partial<HeadReport> = {}): HeadReport => ({
    suffix: '',
    ...{ pixelAcc: 0.5, meanAcc: null, meanIU, fwIU: 0.25, boundaryIU: 0.125, perClass: [], confusion: [] },
    ...more,
  });
  const result = (run: string, seed: number, ...heads: HeadReport[]): RunResult => ({
    ...{ run, seed, heads, model: '', parameters: 1, iterations: 1, images: 1, seconds: 60 * seed },
    ...{ test: { data: '', split: '', images: 1 }, settings: {} },
    adapter: { vendor: '', architecture: '', device: '', description: '', software: true },
  });
  const results = [
    ...[0.3, 0.5, 0.4].map((meanIU, i) => result('32s', i + 1, head(meanIU))),
    ...[0.4, 0.45, 0.6].map((meanIU, i) => result('16s', i + 1, head(meanIU))),
  ];

  it('has means with their spread, and differences seed by seed', () => {
    expect(spread([])).to.equal(null);
    expect(spread([1, 4, 2.5])).to.deep.equal({ count: 3, mean: 2.5, least: 1, most: 4 });
    const a = new Map([
      [1, 10],
      [2, 20],
      [4, 1],
    ]);
    const b = new Map([
      [1, 13],
      [2, 19],
      [3, 7],
    ]);
    expect(paired(a, b)).to.deep.equal({ count: 2, mean: 1, least: -1, most: 3, agree: 1 });
    expect(paired(a, new Map())).to.equal(null);
    expect(paired(a, a)!.agree).to.equal(0);
  });

  it('is a table, the differences and what is to be said of the order', () => {
    const summary = summarize(parse(), results);
    expect(resultRows(summary)).to.deep.equal([
      ['%', 'pixel acc.', 'mean acc.', 'mean IU', 'f.w. IU', 'boundary IU', 'time', 'over'],
      ...[
        ['32s', '40.0 (30.0..50.0)'],
        ['16s', '48.3 (40.0..60.0)'],
      ].map(([id, iu]) => [
        ...[id, '50.0 (50.0..50.0)', '-', iu, '25.0 (25.0..25.0)', '12.5 (12.5..12.5)'],
        ...['2 min (60 s..3 min)', '3 seeds'],
      ]),
    ]);
    expect(differenceRows(summary)[1]).to.deep.equal([
      ...['32s to 16s', '+0.0 (+0.0..+0.0), 0 of 3', '-', '+8.3 (-5.0..+20.0), 2 of 3'],
      ...['+0.0 (+0.0..+0.0), 0 of 3', '+0.0 (+0.0..+0.0), 0 of 3', '3 seeds'],
    ]);
    const says = 'Skips refine.';
    const quoted = summarize(parse({ compare: [['16s', '32s'], { pair: ['32s', '16s'], says }] }), results);
    expect(differenceRows(quoted).map((row) => row.at(-1))).to.deep.equal(['the paper', '', says]);
    expect(differenceRows(quoted)[2]!.slice(0, -1)).to.deep.equal(differenceRows(summary)[1]);
    const markdown = reportMarkdown(parse(), summary);
    expect(markdown).to.match(
      /^# Skips\n\nThe paper: "Skips refine\." \(section 4\.2\)\n\n\| % +\| pixel acc\. /,
    );
    expect(markdown).to.contain(
      'The expected order in mean IU, 32s < 16s, shows in the means; 2 of 3 seeds show it.',
    );
  });

  it('says so where the order does not show, and where it cannot be told', () => {
    const turned = summarize({ ...parse(), expect: ['16s', '32s'] }, results);
    expect(turned.order).to.equal(
      'The expected order in mean IU, 16s < 32s, does not show: 32s (40.0) is not above 16s (48.3); 1 of 3 seeds show it.',
    );
    const one = summarize(parse(), results.slice(0, 1));
    expect(one.order).to.equal('Expected in mean IU: 32s < 16s. It cannot be told yet: 16s has no result.');
    expect(resultRows(one).map((row) => row.at(-1))).to.deep.equal(['over', 'one seed', 'no result']);
    expect(resultRows(one)[1]![3]).to.equal('30.0');
    expect(differenceRows(one)[1]!.slice(1)).to.deep.equal(['-', '-', '-', '-', '-', '0 seeds']);
  });

  it('shows pictures, and that in which the last run finds least', () => {
    const pictures = [0.4, null, 0.2, 0.6].map((meanIU, i) => ({ id: `${i}`, meanIU }));
    const last = { ...result('16s', 1, head(0.4, { pictures })), test: { data: '', split: '', images: 4 } };
    const sheet = { name: 'a', runs: ['16s'] };
    expect(wantedPictures(sheet, last)).to.deep.equal({ all: [0, 1, 2, 3], worst: null });
    expect(wantedPictures({ ...sheet, scenes: 9 }, last).all).to.deep.equal([0, 1, 2, 3]);
    expect(wantedPictures({ ...sheet, scenes: [3], worst: true }, last)).to.deep.equal({
      all: [3, 2],
      worst: 2,
    });
    expect(wantedPictures({ ...sheet, scenes: 3, worst: true }, last)).to.deep.equal({
      all: [0, 1, 2],
      worst: 2,
    });
    const drawn = {
      ...{ name: 'a', file: 'a.png', seed: 1, columns: ['picture', '16s', 'truth'] },
      rows: [{ picture: '7', meanIU: [0.25], worst: true }],
    };
    expect(pictureText(drawn)).to.equal(
      'From left to right: picture, 16s, truth; seed 1; pictures 7 of the test. Picture 7 is that in which 16s finds least: its mean IU is 25.0%.',
    );
    expect(reportMarkdown(parse(), summarize(parse(), []), [drawn])).to.contain('![a](a.png)\n\nFrom left');
  });

  it('has a column of geometric accuracy where a head has those labels, and keeps it from the classes', () => {
    const perClass = GEOMETRY.map((name, label) => ({ label, name, pixels: 1, predicted: 1, acc: 1, iu: 1 }));
    const both = result(
      '16s',
      1,
      head(0.4, { suffix: '_sem' }),
      head(0.9, { suffix: '_geo', pixelAcc: 0.875 }),
    );
    const alone = result('32s', 1, head(0.8, { perClass, pixelAcc: 0.75 }));
    const rows = resultRows(summarize(parse(), [both, alone]));
    expect(rows[0]!.slice(3, 7)).to.deep.equal(['mean IU', 'f.w. IU', 'boundary IU', 'geometric acc.']);
    expect(rows[1]!.slice(3, 7)).to.deep.equal(['-', '-', '-', '75.0']);
    expect(rows[2]!.slice(3, 7)).to.deep.equal(['40.0', '25.0', '12.5', '87.5']);
  });
});
