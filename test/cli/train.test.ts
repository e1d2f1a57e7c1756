import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { vocPalette } from '../../src/image/palette.js';
import { encodeLabels, encodePng } from '../../src/image/png.js';
import { testPicture } from '../../src/image/test_picture.js';
import { NETS } from '../../src/nets/index.js';
import type { EvaluateReport } from '../../src/page/jobs/evaluate.js';
import type { StageReport } from '../../src/page/training.js';
import type { HeadReport } from '../../src/train/head_counts.js';
import type { Start } from '../../src/train/start.js';
import { readModelFile } from '../../src/weights/formats.js';
import { writeModel } from '../../src/weights/model.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { refusal, report, start, success, temporaryFolder } from './rarefy.js';

interface TrainJson {
  readonly stages: readonly StageReport[];
}

describe('rarefy train', () => {
  const inFolder = temporaryFolder();
  const size = { width: 40, height: 36 };
  let spec = '';

  before(() => {
    for (const name of ['images', 'masks']) mkdirSync(inFolder(name));
    for (let i = 0; i < 3; i++) {
      writeFileSync(inFolder(`images/${i}.png`), encodePng(testPicture(size.width, size.height)));
      const labels = Uint32Array.from({ length: size.width * size.height }, (_, p) =>
        p % 50 === 0 ? 255 : Math.floor(p / 300) % 3,
      );
      writeFileSync(inFolder(`masks/${i}.png`), encodeLabels(labels, size, vocPalette()));
    }
    spec = `folder:${inFolder('images')},labels=${inFolder('masks')},classes=3`;
  });

  const run = (out: string) => [
    ...['train', '--net', 'fcn8s', '--trunk', 'small', '--width', '0.03125', '--stages', '32s-fixed,16s'],
    ...[
      '--data',
      spec,
      '--iterations',
      '3,4',
      '--iter-size',
      '2',
      '--lr',
      '1e-3,1e-4',
      '--mirror',
      '--jitter',
      '3',
    ],
    ...['--test-every', '2', '--checkpoint-every', '1', '--seed', '5', '--out', inFolder(out)],
  ];
  const bytes = (path: string) => readFileSync(inFolder(path));

  it('trains stages, and ends with the same bytes when it is interrupted, killed and goes on with less memory (long)', async () => {
    const { stages } = await report<TrainJson>(...run('whole'));
    expect(stages.map(({ name, net, iterations }) => [name, net, iterations])).to.deep.equal([
      ['32s-fixed', 'fcn-small-32s', 3],
      ['16s', 'fcn-small-16s', 4],
    ]);
    const { pixelAcc, perClass } = stages[1]!.heads[0]!.scores;
    expect(pixelAcc).to.be.within(0, 1);
    const marked = 3 * [...Array(size.width * size.height).keys()].filter((p) => p % 50 !== 0).length;
    expect(perClass.reduce((sum, { pixels }) => sum + pixels, 0)).to.equal(marked);

    const first = start(...run('stopped'));
    await first.says(/16s: loss .* step 1\/4/);
    first.interrupt();
    const { code } = await first.finished;
    expect(code).to.equal(130);
    expect(await refusal(...run('stopped'))).to.contain('has a checkpoint; --resume goes on from it');
    expect(await refusal(...run('stopped'), '--seed', '6', '--resume')).to.match(
      /was made with seed 5, now 6; should be the same, or another --out$/,
    );
    const second = start(...run('stopped'), '--resume');
    await second.says(/16s: loss/);
    second.kill();
    await second.finished;
    const { stages: again } = await report<TrainJson>(...run('stopped'), '--resume', '--recompute');
    expect(again.map(({ heads }) => heads)).to.deep.equal(stages.map(({ heads }) => heads));
    expect(bytes('stopped/16s.safetensors').equals(bytes('whole/16s.safetensors'))).to.equal(true);

    const { graph, classes } = readModelFile('16s.safetensors', bytes('whole/16s.safetensors'), null);
    expect([graph?.name, classes?.length]).to.deep.equal(['fcn-small-16s', 3]);
    const said = (out: string, what: string) =>
      readFileSync(inFolder(`${out}/log.jsonl`), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ kind }) => kind === what);
    const losses = (out: string) => said(out, 'step').map(({ stage, step }) => [stage, step.done, step.loss]);
    // What goes on from a checkpoint has nothing from --weights or from the seed.
    const [, begun, ...resumed] = said('stopped', 'begin');
    expect(begun.start.zero).to.include('score_pool4.weight');
    expect(resumed.map(({ stage, start: from }) => [stage, from])).to.deep.equal([
      ['16s', null],
      ['16s', null],
    ]);
    expect(losses('whole')).to.have.lengthOf(7);
    expect(losses('stopped')).to.deep.equal(losses('whole'));
    const page = readFileSync(inFolder('whole/report.html'), 'utf8');
    expect(page)
      .to.match(/^<!doctype html>/)
      .and.not.match(/(src|href)=/);

    await success(
      'segment',
      inFolder('images/0.png'),
      '--model',
      inFolder('whole/16s.safetensors'),
      '--out',
      inFolder('out'),
    );
  });

  it('goes on from a net of other classes, with layers, norms and classes as it is told (long)', async () => {
    const o = { width: 1 / 32, classes: 12 };
    const graph = NETS['fcn-small-16s']!(o);
    const before = seededWeights(graph, 4);
    const of = { graph, weights: before, classes: null, preprocess: null, licence: null };
    writeFileSync(inFolder('twelve.safetensors'), writeModel(of));
    const { stderr } = await success(
      ...[
        'train',
        '--net',
        'fcn16s',
        '--trunk',
        'small',
        '--width',
        '0.03125',
        '--data',
        `${spec},mean=auto`,
      ],
      ...[
        '--weights',
        inFolder('twelve.safetensors'),
        '--recipe',
        'heavy',
        '--keep',
        '0.5',
        '--iterations',
        '1',
      ],
      ...[
        '--freeze',
        'conv1_*,bn*',
        '--norms',
        'frozen',
        '--class-weights',
        '1,0,2',
        '--clip-gradients',
        '1e3',
      ],
      ...['--out', inFolder('eleven')],
    );
    expect(stderr).to.contain('warning: tests on what it learns from, the split "all"');
    expect(stderr).to.contain('--keep 0.5: 2 images a step');
    expect(stderr).to.contain('dropped score_fr, 12 -> 3 classes; dropped score_pool4, 12 -> 3 classes');
    expect(stderr).to.contain('warning: fcn-small-16s begins with new scores, score_fr.weight');
    const made = readModelFile('made.safetensors', bytes('eleven/fcn-small-16s.safetensors'), null);
    const after = made.weights;
    for (const [name, { data }] of before)
      if (/^(conv1_|bn)/.test(name)) expect(after.get(name)!.data, name).to.deep.equal(data);
    expect(after.get('score_fr.bias')!.data[1]).to.not.equal(0);
    expect(after.get('score_fr.bias')!.data).to.have.lengthOf(3);
    const mean = [0, 1, 2].map((c) => {
      const { rgba } = testPicture(size.width, size.height);
      return rgba.filter((_, i) => i % 4 === c).reduce((a, b) => a + b, 0) / (size.width * size.height);
    });
    made.preprocess!.mean.forEach((value, c) => {
      expect(value).to.be.closeTo(mean[2 - c]!, 1e-3);
    });
  });

  it('refuses what cannot be before it begins', async () => {
    const args = run('refused');
    const without = (option: string, value: string) =>
      args.map((v, i) => (args[i - 1] === option ? value : v));
    for (const [option, value, message] of [
      ['--data', 'voc:/nowhere/at/all', '/nowhere/at/all/ImageSets/Segmentation: missing'],
      ['--data', 'cityscapes:/a', 'no data set, should begin with one of'],
      ['--stages', '2s', '--stages 2s: should be of 32s-fixed'],
      ['--iterations', '1,2,3', '--iterations 1,2,3: 3 values, should be one or 2'],
      ['--lr', 'fast', '--lr fast: should be a number'],
      ['--trunk', 'deep', "net 'fcn-deep-32s', should be one of"],
    ] as const)
      expect(await refusal(...without(option, value)), `${option} ${value}`).to.contain(message);
    expect(await refusal(...args, '--weights', inFolder('none'))).to.contain('--weights: no file');
    expect(await refusal(...args, '--resume')).to.contain('--resume: no ');
    expect(existsSync(inFolder('refused/log.jsonl'))).to.equal(false);
    const misspelt = without('--data', 'voc:/nowhere').map((v) =>
      v === inFolder('refused') ? inFolder('misspelt') : v,
    );
    expect(await refusal(...misspelt)).to.contain('missing');
    expect(existsSync(inFolder('misspelt'))).to.equal(false);
  });
});

describe("rarefy train, the paper's road from a classifier", () => {
  const inFolder = temporaryFolder();
  const crops = 'scene-crops:1,24,64x64';
  const common = ['--width', '0.03125', '--lr', '1e-3', '--iter-size', '1', '--test-every', '10'];
  const started = (out: string) =>
    readFileSync(inFolder(`${out}/log.jsonl`), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === 'begin')
      .map(({ start }) => start as Start['report']);

  it('trains on crops, scores them, and goes on as a convolutional net (long)', async () => {
    const { stages } = await report<TrainJson>(
      ...['train', '--net', 'small', '--data', crops, ...common, '--batch', '4', '--iterations', '3'],
      ...['--mirror', '--jitter', '8', '--out', inFolder('classifier')],
    );
    const [{ net, heads }] = stages as [StageReport];
    expect([net, heads[0]!.scores.perClass.length]).to.deep.equal(['small', 12]);
    // Six crops of val, of six classes.
    const present = heads[0]!.scores.perClass.map(({ pixels }) => pixels);
    expect(present.reduce((a, b) => a + b, 0)).to.equal(6);
    const model = inFolder('classifier/small.safetensors');
    const scored = await report<EvaluateReport & HeadReport>(
      ...['eval', '--model', model, '--data', crops, '--out', inFolder('scores')],
    );
    const { pixelAcc, meanAcc, boundaryIU, images } = { ...scored, ...scored.heads[0]! };
    expect(pixelAcc).to.equal(heads[0]!.scores.pixelAcc);
    expect(meanAcc).to.equal(heads[0]!.scores.meanAcc);
    expect([images, boundaryIU]).to.deep.equal([6, null]);

    const road = (out: string, ...more: string[]) => [
      ...['train', '--net', 'fcn32s', '--trunk', 'small', '--stages', '32s-fixed,16s', '--weights', model],
      ...['--data', 'scenes:1,4,48x64', ...common, '--iterations', '2', '--out', inFolder(out), ...more],
    ];
    await success(...road('fcn'));
    const [fixed, finer] = started('fcn') as [Start['report'], Start['report']];
    expect(fixed.copied)
      .to.have.lengthOf(75)
      .and.include.members(['bn5_3.running_var', 'fc6.weight', 'fc7.weight']);
    expect(fixed.coerced).to.deep.equal([{ name: 'fc6.weight', from: [32, 16 * 9, 1, 1] }]);
    expect(fixed.dropped).to.deep.equal(['fc8.weight', 'fc8.bias']);
    expect([fixed.zero, fixed.seeded]).to.deep.equal([['score_fr.weight', 'score_fr.bias'], []]);
    expect(finer.copied).to.have.lengthOf(77);
    expect(finer.zero).to.deep.equal(['score_pool4.weight', 'score_pool4.bias']);
    const tensors = (name: string) => readModelFile(name, bytes(name), null).weights;
    const [before, after] = [tensors('classifier/small.safetensors'), tensors('fcn/32s-fixed.safetensors')];
    expect(after.get('fc6.weight')!.data).to.deep.equal(before.get('fc6.weight')!.data);
    expect(after.get('score_fr.weight')!.data.some((v) => v !== 0)).to.equal(true);

    await success(...road('kept', '--scores', 'classifier'));
    expect(started('kept')[0]!.copied).to.include.members(['score_fr.weight', 'score_fr.bias']);
  });

  const bytes = (path: string) => readFileSync(inFolder(path));

  it('refuses norms over one value, and labels of pictures for a net of pixels (long)', async () => {
    const alone = [
      'train',
      '--net',
      'small',
      '--data',
      crops,
      '--out',
      inFolder('alone'),
      '--iterations',
      '1',
    ];
    expect(await refusal(...alone, ...common)).to.contain('of one value in each channel');
    const args = ['train', '--net', 'fcn32s', '--trunk', 'small', '--data', crops, '--out', inFolder('none')];
    expect(await refusal(...args, ...common, '--iterations', '1')).to.match(/^ShapeError: .*labels/);
    const eval_ = ['eval', '--net', 'fcn-small-32s', '--classes', '12', '--data', crops];
    expect(await refusal(...eval_)).to.contain(
      "output 'score': 96 x 96 cells for 96 x 96 pixels, should be one",
    );
  });
});

describe("rarefy train, the paper's tables 4 and 5 on scenes", () => {
  const inFolder = temporaryFolder();
  const model = (name: string, net: string) => {
    const graph = NETS[net]!({ width: 1 / 32, classes: 12 });
    const bytes = writeModel({
      graph,
      weights: seededWeights(graph, 3),
      classes: null,
      preprocess: null,
      licence: null,
    });
    writeFileSync(inFolder(name), bytes);
    return inFolder(name);
  };
  let from: Readonly<Record<'classifier' | 'color' | 'hha', string>>;
  before(() => {
    from = {
      classifier: model('classifier.safetensors', 'small'),
      color: model('color.safetensors', 'nyud-small-32s-rgb'),
      hha: model('hha.safetensors', 'nyud-small-32s-hha'),
    };
  });

  for (const [net, stages, options, weights, fresh] of [
    ['nyud-16s-rgb', '32s,16s', 'kind=color', ['classifier'], 2],
    ['nyud-16s-rgbd', '32s,16s', 'kind=color-depth', ['color'], 0],
    ['nyud-16s-hha', '32s-fixed,16s', 'kind=hha', ['classifier'], 2],
    ['nyud-16s-rgb-hha', '32s,16s', 'kind=color-hha', ['color', 'hha'], 0],
    ['siftflow-16s', '32s-fixed,16s', 'heads=sem-geo', ['classifier'], 4],
    ['fcn16s', '32s,16s', 'heads=geo', ['classifier'], 2],
  ] as const)
    it(`${net} with the small trunk on ${options}, ${stages} (long)`, async () => {
      const out = inFolder(`${net}-${options}`);
      const { stages: done } = await report<TrainJson>(
        ...['train', '--net', net, '--trunk', 'small', '--stages', stages, '--width', '0.03125'],
        ...['--data', `scenes:1,4,32x48,${options}`, '--weights', weights.map((name) => from[name]).join()],
        ...['--iterations', '2', '--iter-size', '1', '--lr', '1e-3', '--test-every', '10', '--out', out],
        // One run says all that section 4 of the paper tries.
        ...(net === 'siftflow-16s'
          ? ['--fusion', 'max', '--balance', 'weights', '--keep', '0.5', '--mirror', '--jitter', '4']
          : ['--batch', '2']),
      );
      const names = options === 'heads=geo' ? [3] : options === 'heads=sem-geo' ? [12, 3] : [12];
      for (const { heads } of done)
        expect(heads.map(({ scores }) => scores.perClass.length)).to.deep.equal(names);
      const events = readFileSync(join(out, 'log.jsonl'), 'utf8').trimEnd().split('\n');
      const starts = events.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'begin');
      const [first, finer] = starts.map(({ start }) => start as Start['report']);
      expect([first!.seeded, first!.zero.length]).to.deep.equal([[], fresh]);
      expect(finer!.zero.every((name) => name.startsWith('score_pool4'))).to.equal(true);
      expect([finer!.seeded, finer!.dropped]).to.deep.equal([[], []]);
      const { graph } = readModelFile('16s.safetensors', readFileSync(join(out, '16s.safetensors')), null);
      const fused = graph!.nodes.filter(({ name }) => name.startsWith('fuse_pool4'));
      expect(fused.map(({ kind }) => kind)).to.deep.equal(
        net === 'siftflow-16s' ? ['binary', 'binary'] : ['sum'],
      );
      if (weights.length === 1 && names.length === 1) return;
      const scored = await report<EvaluateReport>(
        ...['eval', '--model', join(out, '16s.safetensors'), '--data', `scenes:1,4,32x48,${options}`],
        ...['--out', join(out, 'scores')],
      );
      expect(scored.heads.map(({ suffix, pixelAcc }) => [suffix, pixelAcc])).to.deep.equal(
        done[1]!.heads.map(({ suffix, scores }) => [suffix, scores.pixelAcc]),
      );
    });

  it('says which input or head a net lacks', async () => {
    const of = (net: string, options: string) => [
      ...[
        'train',
        '--net',
        net,
        '--trunk',
        'small',
        '--width',
        '0.03125',
        '--data',
        `scenes:1,4,32x48,${options}`,
      ],
      ...['--iterations', '1', '--out', inFolder('refused')],
    ];
    expect(await refusal(...of('nyud-32s-rgb-hha', 'kind=hha'))).to.match(/color/);
    expect(await refusal(...of('fcn32s', 'heads=sem-geo'))).to.match(/_sem.*_geo/);
  });
});
