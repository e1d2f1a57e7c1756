import { expect } from 'chai';
import { FormatError, UnsupportedError, WeightsError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { graphToJson } from '../../src/graph/serialise.js';
import { FCN_PREPROCESS } from '../../src/ops/image.js';
import { type Files, loadModel } from '../../src/page/model.js';
import { formatOf, readModelFile } from '../../src/weights/formats.js';
import { type Model, readModel, writeModel } from '../../src/weights/model.js';
import { readOnnx } from '../../src/weights/onnx/model.js';
import { refilled } from '../../src/weights/onnx/refill.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { joined, writeSafetensors } from '../../src/weights/safetensors_write.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { writeCaffemodel } from '../caffemodel.js';

function small(): Graph {
  const g = new Graph('small');
  const data = g.input('data', 3);
  const conv1 = g.conv('conv1', data, { out: 4, kernel: 3, pad: 1, relu: true });
  g.output(g.conv('score', g.batchNorm('norm', conv1), { out: 2, kernel: 1 }));
  return g;
}

const graph = small();
const weights = seededWeights(graph, 3);
const model: Model = {
  graph,
  weights,
  classes: ['background', 'cat, "tabby"'],
  preprocess: { order: 'rgb', mean: [0.485, 0.456, 0.406], std: [0.2, 0.2, 0.2], scale: 1 / 255 },
  licence: 'CC0-1.0',
};

const text = (t: string) => new TextEncoder().encode(t);
/** Files of a job, by name. */
const filesOf = (all: Readonly<Record<string, Uint8Array>>): Files => ({
  signal: new AbortController().signal,
  progress: () => {},
  file: async (name) => new Response(all[name] as Uint8Array<ArrayBuffer>),
});

describe('a model in a safetensors file', () => {
  it('is the same again: graph, numbers, names, preprocessing and licence', () => {
    const again = readModel(writeModel(model));
    expect(graphToJson(again.graph!)).to.deep.equal(graphToJson(graph));
    expect({ ...again, graph: null }).to.deep.equal({ ...model, graph: null });
    const second = writeModel(again);
    expect(second).to.deep.equal(writeModel(model));
  });
  it('may be numbers alone', () => {
    const bytes = writeSafetensors(weights);
    expect(readModel(bytes)).to.deep.equal({
      graph: null,
      weights,
      classes: null,
      preprocess: null,
      licence: null,
    });
  });
  it('holds the tensors of its graph alone, with their dims, in half the bytes as f16', () => {
    const flat: Weights = new Map([...weights, ['other.weight', { dims: [1], data: new Float32Array(1) }]]);
    const conv1 = weights.get('conv1.weight')!;
    flat.set('conv1.weight', { dims: [1, 4 * 3 * 3 * 3], data: conv1.data });
    const { tensors } = readSafetensors(writeModel({ ...model, weights: flat }, 'f16'));
    expect([...tensors.keys()]).to.deep.equal([...weights.keys()]);
    expect(tensors.get('conv1.weight')).to.deep.include({ dtype: 'F16', dims: [4, 3, 3, 3] });
    expect(tensors.get('norm.running_var')!.dtype).to.equal('F32');
    const again = readModel(writeModel(model, 'f16'));
    for (const [i, value] of conv1.data.entries())
      expect(again.weights.get('conv1.weight')!.data[i]).to.be.closeTo(value, 2 ** -11 * Math.abs(value));
  });
  it('is not written with weights that are not those of its graph', () => {
    const short = new Map(weights);
    short.delete('norm.running_mean');
    expect(() => writeModel({ ...model, weights: short })).to.throw(
      WeightsError,
      'norm.running_mean: missing',
    );
  });
  for (const [key, value, message] of [
    ['rarefy.graph', '{', 'rarefy.graph: '],
    ['rarefy.graph', '{}', 'graph: no format'],
    ['rarefy.classes', '[]', 'rarefy.classes: a list of 0, should be a list of 1'],
    ['rarefy.classes', '[3]', 'rarefy.classes[0]: 3, should be a text'],
    ['rarefy.preprocess', '{"order":"rgb"}', 'preprocess: mean'],
  ] as const)
    it(`refuses metadata that is broken: ${key} ${value}`, () => {
      const bytes = writeSafetensors(weights, { metadata: new Map([[key, value]]) });
      expect(() => readModel(bytes)).to.throw(FormatError, message);
    });
});

describe('files of nets', () => {
  const TENSOR = { dims: [2, 3, 1, 1], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const layer = { name: 'score', type: 'Convolution', bottoms: ['data'], tops: ['score'], blobs: [TENSOR] };
  const form = { version: 'V2', packed: true, legacy: false, double: false } as const;
  const caffemodel = writeCaffemodel({ name: 'net', layers: [layer] }, form);
  const prototxt = `name: "net" input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
    layer { name: "score" type: "Convolution" bottom: "data" top: "score"
      convolution_param { num_output: 2 kernel_size: 1 bias_term: false } }`;

  it('are known by their endings, in either case', () => {
    expect(formatOf('A.ONNX').extension).to.equal('.onnx');
    expect(() => formatOf('net.pt')).to.throw(
      UnsupportedError,
      'net.pt: a file of another kind, should end in one of .safetensors, .caffemodel, .onnx',
    );
  });
  it('are refused by name where they begin like another format', () => {
    expect(() => readModelFile('a.onnx', caffemodel)).to.throw(
      FormatError,
      'a.onnx: begins like a caffemodel, should be an ONNX model',
    );
    expect(() => readModelFile('a.caffemodel', writeModel(model))).to.throw(
      FormatError,
      'a.caffemodel: begins',
    );
    expect(() => readModelFile('a.safetensors', new Uint8Array(0))).to.throw(
      FormatError,
      'a.safetensors: begins like no file of a net, should be a safetensors file',
    );
  });

  it('give a model with what they say, unless an option says otherwise', async () => {
    const files = filesOf({
      'm.safetensors': writeModel(model),
      'p.json': text('{"order":"bgr","mean":[1,2,3]}'),
      'l.txt': text('a\r\nb\n'),
    });
    const own = await loadModel(files, { model: 'm.safetensors' });
    expect(own).to.deep.include({ seeded: false, labels: model.classes, preprocess: model.preprocess });
    expect(own).to.include({ name: 'small', licence: 'CC0-1.0', preprocessGiven: true });
    expect(own.weights).to.deep.equal(weights);
    const other = await loadModel(files, { model: 'm.safetensors', preprocess: 'p.json', labels: 'l.txt' });
    expect(other.labels).to.deep.equal(['a', 'b']);
    expect(other.preprocess).to.deep.equal({ order: 'bgr', mean: [1, 2, 3] });
  });
  it('give weights to a net that is built in code, with as many classes as they name', async () => {
    const files = filesOf({ 'w.safetensors': writeModel(model) });
    const net = await loadModel(files, { net: 'fcn-small-32s', weights: 'w.safetensors' });
    expect([...net.graph.outputs.values()].map(({ channels }) => channels)).to.deep.equal([2]);
    expect(net).to.include({ name: 'fcn-small-32s', seeded: false });
    const more = await loadModel(files, { net: 'fcn-small-32s', weights: 'w.safetensors', classes: 5 });
    expect([...more.graph.outputs.values()][0]!.channels).to.equal(5);
  });
  it("give a caffemodel's graph by its prototxt, with seeded weights where there is no caffemodel", async () => {
    const files = filesOf({ 'w.caffemodel': caffemodel, 'd.prototxt': text(prototxt) });
    const net = await loadModel(files, { model: 'w.caffemodel', prototxt: 'd.prototxt' });
    expect(net.weights.get('score.weight')!.data).to.deep.equal(TENSOR.data);
    expect(net).to.include({ name: 'net', seeded: false, preprocessGiven: false });
    const seeded = await loadModel(files, { prototxt: 'd.prototxt' });
    expect(seeded.seeded).to.equal(true);
    expect([...seeded.weights.keys()]).to.deep.equal(['score.weight']);
    const alone = await loadModel(files, { model: 'w.caffemodel' }).catch((error) => error);
    expect(alone).to.be.instanceOf(UnsupportedError);
    expect(alone.message).to.contain('w.caffemodel: numbers without a graph, should be a file that has one');
  });
  it('fill a prototxt, or an ONNX model, with the numbers of another file by their names', async () => {
    const numbers = new Map([['score.weight', { ...TENSOR, data: TENSOR.data.map((v) => v + 1) }]]);
    const onnx = joined([...formatOf('m.onnx').write!({ ...model, graph, weights }, 'f32')]);
    const own = readOnnx(onnx).initializers;
    const name = [...own.keys()].find((key) => key.includes('score'))!;
    const { dims, data } = own.get(name)!;
    const other = new Map([[name, { dims, data: Float32Array.from(data, (v) => v + 1) }]]);
    const files = filesOf({
      'd.prototxt': text(prototxt),
      'w.safetensors': writeSafetensors(numbers),
      'm.onnx': onnx,
      'o.safetensors': writeSafetensors(other),
    });
    const caffe = await loadModel(files, { prototxt: 'd.prototxt', weights: 'w.safetensors' });
    expect(caffe).to.include({ name: 'net', seeded: false });
    expect(caffe.weights.get('score.weight')!.data).to.deep.equal(numbers.get('score.weight')!.data);

    const filled = await loadModel(files, { model: 'm.onnx', weights: 'o.safetensors' });
    const before = await loadModel(files, { model: 'm.onnx' });
    const changed = [...filled.weights].filter(
      ([key, tensor]) => !tensor.data.every((v, i) => v === before.weights.get(key)!.data[i]),
    );
    expect(changed.map(([, tensor]) => tensor.data)).to.deep.equal([other.get(name)!.data]);
    expect(filled.labels).to.deep.equal(model.classes);
    for (const [wrong, message] of [
      [new Map([['nothing', TENSOR]]), 'nothing: is no tensor of the ONNX model'],
      [new Map([[name, { dims: [1], data: new Float32Array(1) }]]), `${name}: [1], should be [`],
    ] as const)
      expect(() => refilled(readOnnx(onnx), wrong)).to.throw(WeightsError, message);
  });
  it('leave a net as it is built where they say nothing', async () => {
    const net = await loadModel(filesOf({}), { net: 'fcn-small-8s' });
    expect(net).to.deep.include({ seeded: true, preprocess: FCN_PREPROCESS, labels: null, licence: null });
    const none = await loadModel(filesOf({}), { net: 'toString' }).catch((error) => error);
    expect(none).to.be.instanceOf(UnsupportedError);
  });
});
