import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parameters } from '../../src/graph/parameters.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { type CaffeImportOptions, importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';
import { readSolver } from '../../src/weights/caffe/solver.js';
import { readSafetensors } from '../../src/weights/safetensors.js';
import { weightsOf } from '../../src/weights/safetensors_values.js';
import { checkFinite } from '../../src/weights/weights.js';

const folder = process.env.RAREFY_DATA;

/** Files below the folder that RAREFY_DATA names, by their ending. */
const files = (ending: string): string[] =>
  folder
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith(ending))
        .sort()
    : [];
const bytes = (path: string): Uint8Array => readFileSync(join(folder!, path));
const text = (path: string): string => readFileSync(join(folder!, path), 'utf8');

/** Sizes of inputs that a file does not give: those of the database, or any that fit. */
const INPUTS: Readonly<Record<string, CaffeImportOptions['inputs']>> = {
  'prototxt/lenet_train_test.prototxt': { data: [64, 1, 28, 28] },
  'caffe-layers/reshape_and_slice_routines/deploy.prototxt': { input: [6, 12] },
};

const options = (path: string): CaffeImportOptions => {
  const inputs = INPUTS[path];
  return inputs ? { inputs } : {};
};

(folder ? describe : describe.skip)("others' files in RAREFY_DATA", () => {
  for (const path of files('.prototxt')) {
    if (path.endsWith('solver.prototxt')) {
      it(`reads the solver ${path}`, () => {
        const { baseLr, trainNet } = readSolver(text(path));
        expect(baseLr).to.be.above(0);
        expect(trainNet).to.match(/prototxt$/);
      });
      continue;
    }
    for (const phase of ['TRAIN', 'TEST'] as const)
      it(`imports ${path} for ${phase}`, () => {
        const { graph } = importCaffe(readNet(text(path), { phase }), null, options(path));
        expect(graph.outputs.size).to.be.at.least(1);
      });
  }
  for (const path of files('.caffemodel')) {
    it(`reads ${path}`, () => {
      const { layers } = readCaffemodel(bytes(path));
      const blobs = layers.flatMap((layer) => layer.blobs);
      expect(blobs.length).to.be.at.least(1);
      checkFinite(new Map(blobs.map((blob, i) => [`blob ${i}`, blob])));
    });
  }
  for (const path of files('.safetensors')) {
    it(`reads ${path}`, () => {
      const file = readSafetensors(bytes(path));
      expect(file.tensors.size).to.be.at.least(1);
      checkFinite(weightsOf(file));
    });
  }
  for (const path of files('weights_v1.caffemodel')) {
    const net = dirname(path);
    it(`${net}: V1, V2 and safetensors hold equal numbers`, () => {
      const [v1, v2] = [path, join(net, 'weights.caffemodel')].map(
        (p) => new Map(readCaffemodel(bytes(p)).layers.map((layer) => [layer.name, layer])),
      );
      const tensors = weightsOf(readSafetensors(bytes(join(net, 'weights.safetensors'))));
      let compared = 0;
      for (const [name, { dims, data }] of tensors) {
        const [, layer = '', part] = /^(.*)\.(weight|bias)$/.exec(name)!;
        const index = part === 'weight' ? 0 : 1;
        const blob = v2!.get(layer)!.blobs[index]!;
        expect(blob.dims).to.eql(dims);
        expect(blob.data, `V2 ${name}`).to.eql(data);
        expect(v1!.get(layer)!.blobs[index]!.data, `V1 ${name}`).to.eql(data);
        compared++;
      }
      expect(compared).to.equal([...v2!.values()].reduce((sum, layer) => sum + layer.blobs.length, 0));
    });
  }
  for (const path of files('_val.prototxt').filter((p) => p.startsWith('prototxt/fcn/'))) {
    it(`derives the crops that ${path} gives`, () => {
      const given = importCaffe(readNet(text(path)), null).graph;
      const bare = text(path).replaceAll(/crop_param \{[^}]*\}/g, '');
      const derived = importCaffe(readNet(bare), null).graph;
      const crops = given.nodes.filter((node) => node.kind === 'crop');
      expect(crops.length).to.be.at.least(1);
      for (const { name, attrs } of crops) expect(derived.node(name).attrs, name).to.eql(attrs);
    });
  }
  const deployed = files('deploy.prototxt').filter((path) =>
    /^(caffe-layers|reference-nets|weights)\//.test(path),
  );
  for (const path of deployed) {
    const net = dirname(path);
    it(`imports ${net} with all its weights`, () => {
      const own = readdirSync(join(folder!, net)).find((name) => name.endsWith('.caffemodel'));
      const model = own ? readCaffemodel(bytes(join(net, own))) : null;
      const { graph, weights } = importCaffe(readNet(text(path)), model, options(path));
      expect(graph.outputs.size).to.be.at.least(1);
      if (!own) return;
      for (const { name, dims } of parameters(graph))
        expect(weights.get(name)?.data.length, name).to.equal(dims.reduce((a, b) => a * b, 1));
    });
  }
});
