import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import type { CaffeImportOptions } from '../../src/weights/caffe/import.js';
import { readNpy } from '../../src/weights/npy.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { extraData, hasExtraData, testData } from '../data.js';
import type { Files } from '../oracles/onnx_suite.js';
import { random } from '../random.js';
import { excess, relativeError } from './compare.js';
import { checkNet, type Filled, importFiles, readMap, runNet, text, withEngine } from './whole_net.js';

/** Single layers, computed by Caffe in f32: how far each value may be off. */
const LAYER_TOLERANCE = { relative: 1e-5, absolute: 1e-5 };

/** Sizes of an input that a case gives none for. */
const INPUTS: Readonly<Record<string, CaffeImportOptions>> = {
  reshape_and_slice_routines: { inputs: { input: [6, 12] } },
};

const manifest = async (folder: string, files: Files) =>
  Object.entries<{ input?: string; caffemodel?: boolean; blobs?: object }>(
    JSON.parse(text(await files(`${folder}/MANIFEST.json`))),
  );

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
        const map = async (file: string) => (await readMap(files, at(`${file}.npy`))).data;
        for (const source of sources) {
          it(`${name} with ${source} scores as in float64, and has its inner blobs`, async () => {
            const input = await readMap(files, at('input.npy'));
            const score = await map('output_score');
            const labels = readNpy(await files(at('argmax.npy'))).data as Uint8Array;
            await checkNet(engine(), await read(source), input, {
              values: { score },
              labels: { score: labels },
            });
            const inner: Record<string, Float32Array> = {};
            for (const blob of Object.keys(blobs)) inner[blob] = await map(`blob_${blob}`);
            expect(Object.keys(inner)).to.not.have.length(0);
            await checkNet(engine(), await read(source), input, { values: inner });
          });
        }
      }
    }));
}

/** One output of a net that lives for one run. */
async function output(
  engine: Engine,
  net: Filled,
  inputs: Parameters<typeof runNet>[2],
  name: string,
): Promise<Float32Array> {
  return (await runNet(engine, net, inputs, [name])).values[name]!;
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
          const wanted = (await readMap(extraData, `${at}/output.npy`)).data;
          const net = await load(name, caffemodel);
          const { relative, absolute } = LAYER_TOLERANCE;
          const got = await output(engine(), net, await readMap(extraData, path), 'output');
          expect(excess(got, wanted, relative, absolute)).to.be.at.most(1);
        });
      }
      it('reshape_and_slice_routines undoes all that it does', async () => {
        const input = { shape: { n: 6, c: 12, h: 1, w: 1 }, data: random(72, 1) };
        const net = await load('reshape_and_slice_routines', false);
        expect(await output(engine(), net, input, 'output')).to.deep.equal(input.data);
      });
      it('shared_weights gives both inputs the same two layers', async () => {
        const { graph, weights } = await load('shared_weights', true);
        const x = { shape: { n: 1, c: 1, h: 2, w: 2 }, data: random(4, 1) };
        const inputs = { input_1: x, input_2: x };
        const [first, second, ...others] = await output(engine(), { graph, weights }, inputs, 'sum');
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
        const got = await output(engine(), await load('net_input', false), inputs, 'output');
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

await defineNets(testData, 'test/data', ['weights.caffemodel']);
if (hasExtraData()) {
  await defineNets(extraData, 'RAREFY_DATA', [
    'weights.caffemodel',
    'weights_v1.caffemodel',
    'weights.safetensors',
  ]);
  await defineLayers();
} else {
  describe.skip('more Caffe nets', () => {
    for (const folder of ['reference-nets', 'caffe-layers']) it(`${folder}: RAREFY_DATA names no folder`);
  });
}
