import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { parameterCount } from '../../src/graph/parameters.js';
import { readModel } from '../../src/weights/model.js';
import { readNpyF32 } from '../../src/weights/npy.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { relativeError } from '../gpu/compare.js';
import { runOnnxruntime } from '../onnxruntime.js';
import { refusal, report, success, temporaryFolder, testData } from './rarefy.js';

const net = 'reference-nets/mini_fcn8s';
const prototxt = testData(`${net}/deploy.prototxt`);
const caffemodel = testData(`${net}/weights.caffemodel`);

interface Converted {
  readonly out: string;
  readonly bytes: number;
  readonly layers: number;
  readonly parameters: number;
  readonly classes: number | null;
}

describe('rarefy convert', () => {
  const inFolder = temporaryFolder();
  const caffe = (out: string, ...args: readonly string[]) =>
    report<Converted>('convert', caffemodel, out, '--prototxt', prototxt, ...args);

  it('writes a caffemodel as one file with its graph, names and preprocessing, and that again as itself', async () => {
    const labels = inFolder('labels.txt');
    const preprocess = inFolder('preprocess.json');
    writeFileSync(labels, 'sky\nsea\n');
    writeFileSync(preprocess, '{ "order": "bgr", "mean": [1, 2, 3] }');
    const out = inFolder('net.safetensors');
    const said = await caffe(out, '--labels', labels, '--preprocess', preprocess, '--licence', 'CC0-1.0');
    const bytes = readFileSync(out);
    expect(said).to.include({ out, bytes: bytes.length, classes: 2 });
    const model = readModel(bytes);
    expect(model).to.deep.include({
      classes: ['sky', 'sea'],
      preprocess: { order: 'bgr', mean: [1, 2, 3] },
      licence: 'CC0-1.0',
    });
    expect(model.graph!.nodes).to.have.length(said.layers);
    const again = inFolder('again.safetensors');
    await success('convert', out, again);
    expect(readFileSync(again).equals(bytes)).to.equal(true);
    expect(existsSync(`${again}.part`)).to.equal(false);
  });

  it('gives a file that labels a picture as the caffemodel does (long)', async () => {
    const out = inFolder('same.safetensors');
    await caffe(out);
    const runs = [];
    for (const [name, model] of [
      ['caffe', ['--model', caffemodel, '--prototxt', prototxt]],
      ['own', ['--model', out]],
    ] as const) {
      await success('start', ...model, '--out', inFolder(name));
      runs.push(readFileSync(inFolder(`${name}/test-picture-labels.png`)));
    }
    expect(runs[0]!.equals(runs[1]!)).to.equal(true);
  });

  it('writes an ONNX model that gives the scores that Caffe gave, and reads it again with all that it says', async () => {
    const labels = inFolder('two.txt');
    writeFileSync(labels, 'sky\nsea\n');
    const onnx = inFolder('net.onnx');
    const said = await caffe(onnx, '--labels', labels, '--licence', 'CC0-1.0');
    const model = readFileSync(onnx);
    expect(said.bytes).to.equal(model.length);
    const [input, score] = ['input', 'output_score'].map((name) =>
      readNpyF32(readFileSync(testData(`${net}/${name}.npy`))),
    );
    const found = await runOnnxruntime(model, new Map([['data', input!]]));
    expect([...found.keys()]).to.deep.equal(['score']);
    expect(found.get('score')!.dims).to.deep.equal(score!.dims);
    expect(relativeError(found.get('score')!.data, score!.data)).to.be.at.most(1e-5);

    const out = inFolder('again.safetensors');
    await success('convert', onnx, out);
    const again = readModel(readFileSync(out));
    expect(again).to.deep.include({ classes: ['sky', 'sea'], licence: 'CC0-1.0' });
    expect([...again.graph!.outputs.keys()]).to.deep.equal(['score']);
    expect(parameterCount(again.graph!)).to.be.at.least(said.parameters);
  });

  it('halves the filters with --f16', async () => {
    const whole = await caffe(inFolder('f32.safetensors'));
    const out = inFolder('f16.safetensors');
    const half = await caffe(out, '--f16');
    expect(half.bytes).to.be.below(0.7 * whole.bytes);
    const { tensors } = readSafetensors(readFileSync(out));
    for (const { dtype, dims } of tensors.values()) expect(dtype).to.equal(dims.length > 1 ? 'F16' : 'F32');
  });

  it('says what it wrote', async () => {
    const { stdout } = await success(
      'convert',
      caffemodel,
      inFolder('x.safetensors'),
      '--prototxt',
      prototxt,
    );
    expect(stdout).to.match(/^wrote +.*x\.safetensors: [\d.]+ MiB, [\d,]+ parameters in f32$/m);
    expect(stdout).to.match(/^input +\{"order":"bgr".*as is usual: the file says none$/m);
  });

  it('refuses what it cannot read or write, and leaves nothing', async () => {
    const out = inFolder('no.safetensors');
    expect(await refusal('convert', caffemodel, out)).to.match(
      /^UsageError: --model: a caffemodel needs --prototxt/,
    );
    expect(await refusal('convert', prototxt, out)).to.match(
      /^UnsupportedError: .*deploy.prototxt: a file of/,
    );
    expect(await refusal('convert', caffemodel, inFolder('no.caffemodel'), '--prototxt', prototxt)).to.match(
      /^UsageError: .*no.caffemodel: cannot be written, should end in .safetensors/,
    );
    expect(
      await refusal('convert', caffemodel, inFolder('no.onnx'), '--prototxt', prototxt, '--f16'),
    ).to.match(/^UnsupportedError: onnx: numbers in f16, should be in f32$/);
    expect(await refusal('convert', caffemodel, out, '--net', 'fcn8s')).to.match(/^WeightsError: conv1_1/);
    for (const path of [out, inFolder('no.onnx')])
      expect(existsSync(path) || existsSync(`${path}.part`)).to.equal(false);
  });
});

describe('rarefy pull', () => {
  const inFolder = temporaryFolder();
  const file = readFileSync(caffemodel);
  let server: Server;
  let mirror = '';
  const asked: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!);
      if (request.url !== '/files/fcn16s-heavy-pascal.caffemodel') return void response.writeHead(404).end();
      response.writeHead(200, { 'content-length': file.length }).end(file);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    mirror = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('lists every file without a name', async () => {
    const { stdout } = await success('pull');
    expect(stdout).to.match(/^voc-fcn8s +fcn8s +sha1 +PASCAL VOC/m);
    const { files } = await report<{ files: { name: string; url: string; sha1: string | null }[] }>('pull');
    expect(files.length).to.be.above(10);
    expect(new Set(files.map(({ name }) => name)).size).to.equal(files.length);
    for (const { url, sha1 } of files) {
      expect(url).to.match(/^https?:\/\/[\w./~-]+\.caffemodel$/);
      if (sha1 !== null) expect(sha1).to.match(/^[0-9a-f]{40}$/);
    }
  });
  it('fetches a file once, and says that nobody can verify one without a published hash', async () => {
    const out = inFolder('models');
    const get = () =>
      report<{ path: string; verified: boolean }>('pull', 'voc-fcn16s', '--mirror', mirror, '--out', out);
    const { path, verified } = await get();
    expect(readFileSync(path).equals(file)).to.equal(true);
    expect(verified).to.equal(false);
    await get();
    expect(asked).to.have.length(1);
  });
  it('refuses a name that it does not know, another hash, and says the status', async () => {
    const out = ['--mirror', mirror, '--out', inFolder('none')];
    expect(await refusal('pull', 'fcn9s', ...out)).to.match(
      /^UsageError: pull: no file 'fcn9s', should be one of/,
    );
    expect(await refusal('pull', 'voc-fcn32s', ...out)).to.match(
      /^DownloadError: .*fcn32s-heavy-pascal.caffemodel: status 404, should be 200$/,
    );
    writeFileSync(inFolder('models/fcn8s-heavy-pascal.caffemodel'), 'not it');
    expect(await refusal('pull', 'voc-fcn8s', '--out', inFolder('models'))).to.match(
      /^DownloadError: .*sha1 [0-9a-f]{40}, should be c449ea74.*; remove the file to fetch it anew$/,
    );
  });
});
