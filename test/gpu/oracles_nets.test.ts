import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { fromRgba } from '../../src/engine/image.js';
import { download } from '../../src/engine/tensor.js';
import { decodeImage } from '../../src/image/decode.js';
import { decodeLabels } from '../../src/image/png.js';
import type { Preprocess } from '../../src/ops/image.js';
import { halfToNumber, numberToHalf } from '../../src/weights/half.js';
import { importModel } from '../../src/weights/onnx/import.js';
import { readOnnx } from '../../src/weights/onnx/model.js';
import { refilled } from '../../src/weights/onnx/refill.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { extraData, hasExtraData } from '../data.js';
import { type NetRun, type NetSource, REAL_NETS, type RealNet } from '../oracles/nets.js';
import { relativeError } from './compare.js';
import { checkNet, type Filled, importFiles, type Map4, readMap, withEngine } from './whole_net.js';

/** Formats of one net may differ by so much of the largest value. */
const FORMATS_AGREE = 1e-5;

/** The label of each pixel of a PNG: the index of its palette, or white on black. */
async function readLabels(path: string): Promise<Uint8Array> {
  const { labels, palette } = decodeLabels(await extraData(path));
  return palette ? labels : labels.map((grey) => Number(grey > 127));
}

/** The graph of the folder with the numbers of one file. */
async function read({ folder }: RealNet, { file }: NetSource): Promise<Filled> {
  const at = (name: string) => `weights/${folder}/${name}`;
  if (file.endsWith('.caffemodel')) return importFiles(extraData, at('deploy.prototxt'), at(file));
  if (file.endsWith('.onnx')) return importModel(readOnnx(await extraData(at(file))));
  const numbers = weightsOf(readSafetensors(await extraData(at(file))));
  if (file.endsWith('.f16.safetensors')) {
    const { graph } = await importFiles(extraData, at('deploy.prototxt'), null);
    return { graph, weights: numbers };
  }
  return importModel(refilled(readOnnx(await extraData(at('model.onnx'))), numbers));
}

/** [N, C, H, W] to [N, C, W, H]. */
function swap({ shape: { n, c, h, w }, data }: Map4): Map4 {
  const area = h * w;
  const swapped = data.map((_, i) => {
    const at = i % area;
    return data[i - at + (at % h) * w + Math.floor(at / h)]!;
  });
  return { shape: { n, c, h: w, w: h }, data: swapped };
}

async function readInput(engine: Engine, picture: string, preprocess: Preprocess): Promise<Map4> {
  const { rgba, width, height } = decodeImage(await extraData(picture));
  const x = fromRgba(engine, rgba, { h: height, w: width }, preprocess);
  const input = { shape: x.shape, data: await download(engine, x) };
  x.buffer.destroy();
  return input;
}

/** Runs one file of a net on a picture and compares with what is stored; returns values by the table's names. */
async function check(engine: Engine, net: RealNet, source: NetSource, run: NetRun) {
  const at = (name: string) => `weights/${net.folder}/reference/${name}`;
  const named = (output: string) => source.outputs?.[output] ?? output;
  const values: Record<string, Float32Array> = {};
  for (const [output, file] of Object.entries(run.values ?? {}))
    values[named(output)] = (await readMap(extraData, at(`${file}.npy`))).data;
  const labels: Record<string, Uint8Array> = {};
  for (const [output, file] of Object.entries(run.labels ?? {}))
    labels[named(output)] = await readLabels(at(`${file}.png`));
  const input = await readInput(engine, run.picture, net.preprocess);
  const filled = await read(net, source);
  const found = await checkNet(
    engine,
    filled,
    net.swapped ? swap(input) : input,
    { values, labels },
    source.tolerance,
  );
  return Object.fromEntries(Object.keys(run.values ?? {}).map((name) => [name, found.values[named(name)]!]));
}

const runTitle = ({ picture, values = {}, labels = {} }: NetRun): string =>
  [
    `${picture.split('/').at(-1)}:`,
    ...Object.keys(values),
    ...Object.keys(labels).map((name) => `labels of ${name}`),
  ].join(' ');

function define(): void {
  describe('trained nets on photographs', () =>
    withEngine((engine) => {
      for (const net of REAL_NETS)
        for (const source of net.sources)
          for (const run of net.runs)
            it(`${net.folder}, ${source.file} on ${runTitle(run)}`, async () => {
              await check(engine(), net, source, run);
            });

      for (const net of REAL_NETS.filter(({ sources }) => sources.length > 1))
        it(`${net.folder}: its files give equal numbers`, async () => {
          const [run] = net.runs;
          const [first, ...others] = net.sources.filter(({ tolerance }) => !tolerance);
          const wanted = await check(engine(), net, first!, run!);
          for (const other of others)
            for (const [name, values] of Object.entries(await check(engine(), net, other, run!)))
              expect(relativeError(values, wanted[name]!), `${other.file} ${name}`).to.be.at.most(
                FORMATS_AGREE,
              );
        });

      it('the f16 file of SqueezeNet holds the numbers of its caffemodel, rounded', async () => {
        const net = REAL_NETS[0]!;
        const [{ weights: exact }, { weights: rounded }] = [
          await read(net, net.sources[0]!),
          await read(net, net.sources[2]!),
        ];
        expect([...rounded.keys()].sort()).to.deep.equal([...exact.keys()].sort());
        for (const [name, { data }] of rounded)
          expect(data, name).to.deep.equal(exact.get(name)!.data.map((v) => halfToNumber(numberToHalf(v))));
      });
    }));
}

if (hasExtraData()) define();
else
  describe.skip('trained nets on photographs', () => {
    for (const { folder, sources } of REAL_NETS)
      for (const { file } of sources) it(`${folder}, ${file}: RAREFY_DATA names no folder`);
  });
