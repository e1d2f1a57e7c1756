import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { fromRgba } from '../../src/engine/image.js';
import { argmax } from '../../src/engine/operators.js';
import { downloadLabels } from '../../src/engine/pixels.js';
import { download, type Tensor } from '../../src/engine/tensor.js';
import { ShapeError, UnsupportedError } from '../../src/errors.js';
import { decodeImage } from '../../src/image/decode.js';
import { CAFFE_PREPROCESS, type Preprocess } from '../../src/ops/image.js';
import type { Shape } from '../../src/shape.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { type CaffeImport, importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readNpy, readNpyF32 } from '../../src/weights/npy.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { extraData, hasExtraData, testData } from '../data.js';
import type { Files } from '../oracles/onnx_suite.js';
import { relativeError } from './compare.js';

/** Whole nets may differ by so much of the largest score, and in the labels of one pixel in a thousand. */
const NET_TOLERANCE = 1e-4;
const SAME_LABELS = 0.999;

/** Single layers, computed by Caffe in f32 with sums of up to some hundred products. */
const LAYER_TOLERANCE = 2 ** -19;

/** Layer cases that the importer covers: fewer would mean that a layer was lost. */
const LAYERS_COVERED = 9;

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

const importFiles = async (files: Files, prototxt: string, caffemodel: string | null): Promise<CaffeImport> =>
  importCaffe(
    readNet(text(await files(prototxt))),
    caffemodel ? readCaffemodel(await files(caffemodel)) : null,
  );

/** Runs a net and checks every output that is given, and its labels where they are. */
async function checkNet(
  engine: Engine,
  { graph, weights }: Pick<CaffeImport, 'graph' | 'weights'>,
  input: Map4,
  wanted: Readonly<Record<string, ArrayLike<number>>>,
  tolerance = NET_TOLERANCE,
  labels: ArrayLike<number> | null = null,
): Promise<void> {
  for (const name of Object.keys(wanted)) {
    if (!graph.outputs.has(name)) graph.output(graph.node(name), name);
  }
  const net = await engine.compile(graph, { weights });
  const { outputs } = await net.run(input);
  for (const [name, values] of Object.entries(wanted)) {
    const y = outputs[name] as Tensor;
    expect(relativeError(await download(engine, y), values), name).to.be.at.most(tolerance);
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
            await checkNet(engine(), await read(source), input, { score }, NET_TOLERANCE, labels);
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
  const cases: { name: string; input: string; net: CaffeImport }[] = [];
  const others: string[] = [];
  for (const [name, { input, caffemodel }] of await manifest('caffe-layers', extraData)) {
    const at = `caffe-layers/${name}`;
    if (!input) {
      others.push(`${name}: no output to compare with`);
      continue;
    }
    const path = input.endsWith('/blob.npy') ? 'caffe-layers/blob.npy' : `${at}/${input}`;
    try {
      const model = caffemodel ? `${at}/weights.caffemodel` : null;
      cases.push({ name, input: path, net: await importFiles(extraData, `${at}/deploy.prototxt`, model) });
    } catch (error) {
      if (!(error instanceof UnsupportedError || error instanceof ShapeError)) throw error;
      others.push(`${name}: ${error.message}`);
    }
  }
  describe(`Caffe's layers: ${cases.length} of ${cases.length + others.length} cases`, () =>
    withEngine((engine) => {
      it('covers as many cases as ever', () => expect(cases.length).to.be.at.least(LAYERS_COVERED));
      for (const { name, input, net } of cases) {
        it(name, async () => {
          const output = (await readMap(extraData, `caffe-layers/${name}/output.npy`)).data;
          await checkNet(engine(), net, await readMap(extraData, input), { output }, LAYER_TOLERANCE);
        });
      }
      for (const reason of others) it.skip(`not applicable, ${reason}`);
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
      it.skip('not applicable, ultraface_rfb320: layers of type Permute do not run');
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
