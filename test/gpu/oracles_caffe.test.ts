import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { fromRgba } from '../../src/engine/image.js';
import { argmax } from '../../src/engine/operators.js';
import { downloadLabels } from '../../src/engine/pixels.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { decodeImage } from '../../src/image/decode.js';
import { CAFFE_PREPROCESS, type Preprocess } from '../../src/ops/image.js';
import type { Shape } from '../../src/shape.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { type CaffeImport, type CaffeImportOptions, importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readNpy, readNpyF32 } from '../../src/weights/npy.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { extraData, hasExtraData, testData } from '../data.js';
import type { Files } from '../oracles/onnx_suite.js';
import { random } from '../random.js';
import { excess, relativeError } from './compare.js';

/** Whole nets may differ by so much of the largest score, and in the labels of one pixel in a thousand. */
const NET_TOLERANCE = 1e-4;
const SAME_LABELS = 0.999;

/** Single layers, computed by Caffe in f32: how far each value may be off. */
const LAYER_TOLERANCE = { relative: 1e-5, absolute: 1e-5 };

/** Sizes of an input that a case gives none for. */
const INPUTS: Readonly<Record<string, CaffeImportOptions>> = {
  reshape_and_slice_routines: { inputs: { input: [6, 12] } },
};

interface Map4 {
  readonly shape: Shape;
  readonly data: Float32Array;
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const manifest = async (folder: string, files: Files) =>
  Object.entries<{ input?: string; caffemodel?: boolean; blobs?: object }>(
    JSON.parse(text(await files(`${folder}/MANIFEST.json`))),
  );

async function readMap(files: Files, path: string): Promise<Map4> {
  const { dims, data } = readNpyF32(await files(path));
  const [n = 1, c = 1, h = 1, w = 1] = dims;
  return { shape: { n, c, h, w }, data };
}

const importFiles = async (
  files: Files,
  prototxt: string,
  caffemodel: string | null,
  options?: CaffeImportOptions,
): Promise<CaffeImport> =>
  importCaffe(
    readNet(text(await files(prototxt))),
    caffemodel ? readCaffemodel(await files(caffemodel)) : null,
    options,
  );

/** One output of a net that lives for one run. */
async function runNet(
  engine: Engine,
  { graph, weights }: Pick<CaffeImport, 'graph' | 'weights'>,
  inputs: Map4 | Readonly<Record<string, Map4>>,
  output: string,
): Promise<Float32Array> {
  const net = await engine.compile(graph, { weights });
  const { outputs } = await net.run(inputs);
  const values = await download(engine, outputs[output] as Tensor);
  for (const y of Object.values(outputs)) y.buffer.destroy();
  net.dispose();
  return values;
}

/** Runs a net and checks every output that is given, and its labels where they are. */
async function checkNet(
  engine: Engine,
  { graph, weights }: Pick<CaffeImport, 'graph' | 'weights'>,
  input: Map4,
  wanted: Readonly<Record<string, ArrayLike<number>>>,
  labels: ArrayLike<number> | null = null,
): Promise<void> {
  for (const name of Object.keys(wanted)) {
    if (!graph.outputs.has(name)) graph.output(graph.node(name), name);
  }
  const net = await engine.compile(graph, { weights });
  const { outputs } = await net.run(input);
  for (const [name, values] of Object.entries(wanted)) {
    const y = outputs[name] as Tensor;
    expect(relativeError(await download(engine, y), values), name).to.be.at.most(NET_TOLERANCE);
    if (labels) {
      const map = argmax(engine, y);
      const same = (await downloadLabels(engine, map)).filter((label, i) => label === labels[i]).length;
      map.buffer.destroy();
      expect(same / labels.length, 'labels').to.be.at.least(SAME_LABELS);
    }
  }
  for (const y of Object.values(outputs)) y.buffer.destroy();
  net.dispose();
}

const withEngine = (define: (engine: () => Engine) => void): void => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine();
  });
  after(() => engine.dispose());
  define(() => engine);
};

async function defineNets(files: Files, from: string, sources: readonly string[]) {
  const nets = await manifest('reference-nets', files);
  describe(`narrow FCNs of ${from}`, () =>
    withEngine((engine) => {
      for (const [name, { blobs = {} }] of nets) {
        const at = (file: string) => `reference-nets/${name}/${file}`;
        const read = async (source: string) => {
          const isTensors = source.endsWith('.safetensors');
          const net = await importFiles(files, at('deploy.prototxt'), isTensors ? null : at(source));
          const weights = isTensors ? weightsOf(readSafetensors(await files(at(source)))) : net.weights;
          return { graph: net.graph, weights };
        };
        for (const source of sources) {
          it(`${name} with ${source} scores as in float64`, async () => {
            const input = await readMap(files, at('input.npy'));
            const score = (await readMap(files, at('output_score.npy'))).data;
            const labels = readNpy(await files(at('argmax.npy'))).data as Uint8Array;
            await checkNet(engine(), await read(source), input, { score }, labels);
          });
        }
        it(`${name} has its inner blobs as in float64`, async () => {
          const input = await readMap(files, at('input.npy'));
          const inner: Record<string, Float32Array> = {};
          for (const blob of Object.keys(blobs))
            inner[blob] = (await readMap(files, at(`blob_${blob}.npy`))).data;
          await checkNet(engine(), await read(sources[0]!), input, inner);
        });
      }
    }));
}

async function defineLayers() {
  const cases = await manifest('caffe-layers', extraData);
  const load = (name: string, caffemodel: boolean) => {
    const at = `caffe-layers/${name}`;
    const model = caffemodel ? `${at}/weights.caffemodel` : null;
    return importFiles(extraData, `${at}/deploy.prototxt`, model, INPUTS[name]);
  };
  describe('layers as Caffe computes them', () =>
    withEngine((engine) => {
      for (const [name, { input, caffemodel = false }] of cases) {
        if (!input) continue;
        it(name, async () => {
          const at = `caffe-layers/${name}`;
          const path = input.endsWith('/blob.npy') ? 'caffe-layers/blob.npy' : `${at}/${input}`;
          const output = (await readMap(extraData, `${at}/output.npy`)).data;
          const net = await load(name, caffemodel);
          const { relative, absolute } = LAYER_TOLERANCE;
          const got = await runNet(engine(), net, await readMap(extraData, path), 'output');
          expect(excess(got, output, relative, absolute)).to.be.at.most(1);
        });
      }
      it('reshape_and_slice_routines undoes all that it does', async () => {
        const input = { shape: { n: 6, c: 12, h: 1, w: 1 }, data: random(72, 1) };
        const net = await load('reshape_and_slice_routines', false);
        expect(await runNet(engine(), net, input, 'output')).to.deep.equal(input.data);
      });
      it('shared_weights gives both inputs the same two layers', async () => {
        const { graph, weights } = await load('shared_weights', true);
        const x = { shape: { n: 1, c: 1, h: 2, w: 2 }, data: random(4, 1) };
        const inputs = { input_1: x, input_2: x };
        const [first, second, ...others] = await runNet(engine(), { graph, weights }, inputs, 'sum');
        expect(others).to.deep.equal([]);
        expect(first).to.equal(second);
        const [conv, sum] = ['conv', 'sum'].map(
          (layer) => (part: string) => weights.get(`${layer}.${part}`)!.data,
        );
        const hidden = x.data.map((v) => v * conv!('weight')[0]! + conv!('bias')[0]!);
        const wanted = hidden.reduce((y, v, i) => y + v * sum!('weight')[i]!, sum!('bias')[0]!);
        expect(first).to.be.closeTo(wanted, 1e-5);
      });
      it('net_input adds inputs of every form', async () => {
        const map = (c: number, seed: number) => ({
          shape: { n: 1, c, h: 10, w: 11 },
          data: random(110 * c, seed),
        });
        const [oldPair, oldOne, newOne, newPair] = [map(2, 1), map(1, 2), map(1, 3), map(2, 4)];
        const inputs = {
          old_style_input_blue_green: oldPair,
          old_style_input_red: oldOne,
          different_name_for_red: newOne,
          input_layer_blue_green: newPair,
        };
        const got = await runNet(engine(), await load('net_input', false), inputs, 'output');
        const left = [...oldPair.data, ...newOne.data];
        const right = [...newPair.data, ...oldOne.data];
        expect(
          relativeError(
            got,
            left.map((v, i) => Math.fround(v + right[i]!)),
          ),
        ).to.equal(0);
      });
    }));
}

/** Pretrained nets: their files, what they take, and pictures with the blobs that they must give. */
const PRETRAINED: readonly {
  readonly folder: string;
  readonly caffemodel: string;
  readonly preprocess: Preprocess;
  /** MATLAB's order: columns first. */
  readonly swapped?: boolean;
  /** By picture, the blob in each reference file. */
  readonly pictures: Readonly<Record<string, Readonly<Record<string, string>>>>;
}[] = [
  {
    folder: 'lenet_mnist_caffe_v1',
    caffemodel: 'lenet_iter_10000.caffemodel',
    preprocess: { order: 'grey', mean: [0], scale: 1 / 256 },
    pictures: Object.fromEntries([0, 3, 5, 7].map((n) => [`digit_${n}`, { ip2: `digit_${n}_ip2` }])),
  },
  {
    folder: 'squeezenet_v1.0_deepcompression',
    caffemodel: 'squeezenet_v1.0_deepcompression.caffemodel',
    preprocess: CAFFE_PREPROCESS,
    pictures: {
      ...Object.fromEntries(
        ['cat', 'bald_eagle', 'pelican', 'space_shuttle', 'grace_hopper'].map((name) => [
          `${name}_227`,
          { pool_final: `${name}_logits` },
        ]),
      ),
      cat_320x240: { relu_conv_final: 'cat_320x240_scoremap' },
    },
  },
  {
    folder: 'mtcnn_det1',
    caffemodel: 'det1.caffemodel',
    preprocess: { order: 'rgb', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
    swapped: true,
    pictures: Object.fromEntries(
      ['grace_hopper_227', 'grace_hopper_113x97'].map((name) => [
        name,
        { 'conv4-2': `${name}_conv4-2`, prob1: `${name}_prob1` },
      ]),
    ),
  },
  {
    folder: 'mtcnn_det3',
    caffemodel: 'det3.caffemodel',
    preprocess: { order: 'rgb', mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
    swapped: true,
    pictures: {
      face_48: { 'conv6-2': 'face_48_conv6-2', 'conv6-3': 'face_48_conv6-3', prob1: 'face_48_prob1' },
    },
  },
  {
    folder: 'ultraface_rfb320',
    caffemodel: 'RFB-320.caffemodel',
    preprocess: { order: 'rgb', mean: [127, 127, 127], std: [128, 128, 128] },
    pictures: { grace_hopper_320x240: { boxes: 'boxes', scores: 'scores' } },
  },
];

/** [N, C, H, W] to [N, C, W, H]. */
function swap({ shape: { n, c, h, w }, data }: Map4): Map4 {
  const area = h * w;
  const swapped = data.map((_, i) => {
    const at = i % area;
    return data[i - at + (at % h) * w + Math.floor(at / h)]!;
  });
  return { shape: { n, c, h: w, w: h }, data: swapped };
}

function definePretrained() {
  describe('pretrained Caffe nets on photographs', () =>
    withEngine((engine) => {
      for (const { folder, caffemodel, preprocess, swapped, pictures } of PRETRAINED) {
        for (const [picture, blobs] of Object.entries(pictures)) {
          it(`${folder} on ${picture}: ${Object.keys(blobs).join(', ')}`, async () => {
            const at = `weights/${folder}`;
            const { rgba, width, height } = decodeImage(await extraData(`${at}/reference/${picture}.png`));
            const x = fromRgba(engine(), rgba, { h: height, w: width }, preprocess);
            const image = { shape: x.shape, data: await download(engine(), x) };
            x.buffer.destroy();
            const net = await importFiles(extraData, `${at}/deploy.prototxt`, `${at}/${caffemodel}`);
            const wanted: Record<string, Float32Array> = {};
            for (const [blob, file] of Object.entries(blobs))
              wanted[blob] = (await readMap(extraData, `${at}/reference/${file}.npy`)).data;
            await checkNet(engine(), net, swapped ? swap(image) : image, wanted);
          });
        }
      }
    }));
}

await defineNets(testData, 'test/data', ['weights.caffemodel']);
if (hasExtraData()) {
  await defineNets(extraData, 'RAREFY_DATA', [
    'weights.caffemodel',
    'weights_v1.caffemodel',
    'weights.safetensors',
  ]);
  await defineLayers();
  definePretrained();
} else {
  describe.skip('more Caffe nets', () => {
    for (const folder of ['reference-nets', 'caffe-layers', 'weights'])
      it(`${folder}: RAREFY_DATA names no folder`);
  });
}
