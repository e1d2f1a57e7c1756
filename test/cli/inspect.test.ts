import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { CropRow, LayerRow } from '../../src/graph/inspect/layers.js';
import type { Table1Column } from '../../src/nets/table1.js';
import type { ForwardTimesReport } from '../../src/page/jobs/forward_times.js';
import { refusal, report, success, temporaryFolder, testData } from './rarefy.js';

interface Inspected {
  readonly net: string;
  readonly inputs: Record<string, { c: number; h: number; w: number }>;
  readonly parameters: number;
  readonly convLayers: { depth: number; all: number };
  readonly flops: number;
  readonly layers: readonly LayerRow[];
  readonly crops: readonly CropRow[];
}

interface Table1 {
  readonly nets: readonly (Table1Column & { readonly agrees: Record<string, boolean> })[];
  readonly notes: readonly string[];
  readonly times: ForwardTimesReport | null;
}

describe('rarefy table1', () => {
  it('computes the table without a GPU, beside the paper', async () => {
    const { nets, notes, times } = await report<Table1>('table1');
    expect(nets.map(({ computed }) => computed.parameters)).to.deep.equal([
      56_954_261, 134_346_581, 5_995_077,
    ]);
    expect(nets.map(({ computed }) => computed.convLayers)).to.deep.equal([8, 16, 22]);
    expect(nets.map(({ computed }) => computed.field)).to.deep.equal([355, 404, 715]);
    expect(nets.map(({ agrees }) => agrees.field)).to.deep.equal([true, true, false]);
    expect(nets[2]!.variant!.computed.field).to.equal(907);
    expect(nets.map(({ paper }) => paper.ms)).to.deep.equal([50, 210, 59]);
    expect(notes).to.have.length(2);
    expect(times).to.equal(null);
    const { stdout } = await success('table1');
    expect(stdout).to.match(/^parameters +56,954,261 \(57M\) +134,346,581 \(134M\) +5,995,077 \(6M\)$/m);
  });

  it('times the nets, and names the adapter (long)', async () => {
    const { times } = await report<Table1>('table1', '--time', '--size', '33x65');
    expect(times!.adapter).to.include.keys('vendor', 'description', 'software');
    expect(times!.size).to.deep.equal([33, 65]);
    expect(times!.times.map(({ net }) => net)).to.deep.equal(['fcn-alexnet', 'fcn32s', 'fcn-googlenet']);
    for (const { ms, runs, gflop } of times!.times) {
      expect(ms).to.be.above(0);
      expect(runs).to.be.at.least(1);
      expect(gflop).to.be.above(1);
    }
  });
});

describe('rarefy inspect', () => {
  const inFolder = temporaryFolder();
  const prototxt = testData('reference-nets/mini_fcn8s/deploy.prototxt');
  const caffemodel = testData('reference-nets/mini_fcn8s/weights.caffemodel');

  it('lists the layers of a net of the family at a size, and derives its crops', async () => {
    const found = await report<Inspected>('inspect', 'fcn8s', '--size', '425x560');
    expect(found.inputs.data).to.include({ h: 425, w: 560 });
    expect(found.parameters).to.equal(134_362_751);
    expect(found.convLayers).to.deep.equal({ depth: 16, all: 18 });
    const conv1 = found.layers.find(({ name }) => name === 'conv1_1')!;
    expect(conv1.bytes.map).to.equal(120_891_904);
    expect(found.crops.map(({ derived }) => derived)).to.deep.equal([
      [5, 5],
      [9, 9],
      [31, 31],
    ]);
    const { stdout } = await success('inspect', 'fcn8s');
    expect(stdout).to.match(/^score_pool3c +9 +score_pool3 at 8i - 95.5 +upscore_pool4 at 8i - 23.5$/m);
    expect(stdout).to.match(/^memory +\d{3}\.\d MiB: weights 681\.1 MiB, /m);
    const low = await success('inspect', 'fcn8s', '--memory', 'low');
    expect(low.stdout).to.match(
      /^memory +\d{3}\.\d MiB: weights 512\.8 MiB, .*\nat least .* no scratch \(0\.0 MiB\): the plan takes 1\.00 times that/m,
    );
  });

  it('reads files of each kind, and draws them', async () => {
    const svg = inFolder('net.svg');
    const own = inFolder('net.safetensors');
    await success('convert', caffemodel, own, '--prototxt', prototxt);
    const caffe = await report<Inspected>('inspect', caffemodel, '--prototxt', prototxt, '--svg', svg);
    expect(readFileSync(svg, 'utf8'))
      .to.match(/^<svg xmlns/)
      .and.to.contain('score_pool4');
    for (const file of [own, prototxt]) {
      const found = await report<Inspected>('inspect', file);
      expect(found.layers).to.deep.equal(caffe.layers);
      expect(found.crops).to.deep.equal(caffe.crops);
    }
  });

  it('takes a classifier at its own size, and a net at a share of its width', async () => {
    expect((await report<Inspected>('inspect', 'vgg16')).inputs.data).to.include({ h: 224, w: 224 });
    const narrow = await report<Inspected>('inspect', 'fcn32s', '--width', '0.25', '--classes', '3');
    expect(narrow.layers.find(({ name }) => name === 'conv1_1')!.shape.c).to.equal(16);
    expect(narrow.layers.at(-1)!.shape).to.deep.equal({ n: 1, c: 3, h: 500, w: 500 });
  });

  it('refuses what is no net, and sizes that do not fit', async () => {
    const solver = inFolder('solver.prototxt');
    writeFileSync(solver, 'base_lr: 1e-10\n');
    expect(await refusal('inspect', 'fcn9s')).to.match(
      /^UsageError: inspect: no net 'fcn9s', should be a file or/,
    );
    expect(await refusal('inspect', inFolder('none.onnx'))).to.match(/^UsageError: --model: no file/);
    expect(await refusal('inspect', solver)).to.match(/^UsageError: .*without outputs/);
    expect(await refusal('inspect', caffemodel)).to.match(/needs --prototxt/);
    expect(await refusal('inspect', 'vgg16', '--size', '500x500')).to.match(/^ShapeError: data: .*224 x 224/);
    expect(await refusal('table1', '--size', '500x500')).to.match(/^UsageError: --size goes with --time/);
  });
});
