import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Graph } from '../../src/graph/builder.js';
import { inferShapes } from '../../src/graph/fuse.js';
import type { Attrs } from '../../src/graph/kinds.js';
import type { Node } from '../../src/graph/node.js';
import { parameters } from '../../src/graph/parameters.js';
import { convolutionalise } from '../../src/graph/rewrite.js';
import { NETS } from '../../src/nets/index.js';
import type { Pair } from '../../src/shape.js';
import { startWeights } from '../../src/train/start.js';
import { readCaffemodel } from '../../src/weights/caffe/caffemodel.js';
import { importCaffe } from '../../src/weights/caffe/import.js';
import { readNet } from '../../src/weights/caffe/net.js';

const folder = process.env.RAREFY_DATA;

/** The net of the family that a file of RAREFY_DATA/prototxt describes. */
const FAMILY: Readonly<Record<string, string>> = {
  bvlc_alexnet_deploy: 'alexnet',
  bvlc_googlenet_deploy: 'googlenet',
  bvlc_reference_caffenet_deploy: 'caffenet',
  'fcn/nyud-fcn32s-color-d_test': 'nyud-32s-rgbd',
  'fcn/nyud-fcn32s-color-d_trainval': 'nyud-32s-rgbd',
  'fcn/nyud-fcn32s-color_test': 'nyud-32s-rgb',
  'fcn/nyud-fcn32s-color_trainval': 'nyud-32s-rgb',
  'fcn/nyud-fcn32s-hha_test': 'nyud-32s-hha',
  'fcn/nyud-fcn32s-hha_trainval': 'nyud-32s-hha',
  'fcn/pascalcontext-fcn16s_train': 'pascalcontext-16s',
  'fcn/pascalcontext-fcn16s_val': 'pascalcontext-16s',
  'fcn/pascalcontext-fcn32s_train': 'pascalcontext-32s',
  'fcn/pascalcontext-fcn32s_val': 'pascalcontext-32s',
  'fcn/siftflow-fcn32s_test': 'siftflow-32s',
  'fcn/siftflow-fcn32s_trainval': 'siftflow-32s',
  'fcn/siftflow-fcn8s_test': 'siftflow-8s',
  'fcn/siftflow-fcn8s_trainval': 'siftflow-8s',
  'fcn/voc-fcn-alexnet_train': 'fcn-alexnet',
  'fcn/voc-fcn-alexnet_val': 'fcn-alexnet',
  'fcn/voc-fcn16s_train': 'fcn16s',
  'fcn/voc-fcn16s_val': 'fcn16s',
  'fcn/voc-fcn32s_train': 'fcn32s',
  'fcn/voc-fcn32s_val': 'fcn32s',
  'fcn/voc-fcn8s-atonce_train': 'fcn8s-atonce',
  'fcn/voc-fcn8s-atonce_val': 'fcn8s-atonce',
  'fcn/voc-fcn8s_deploy': 'fcn8s',
  'fcn/voc-fcn8s_train': 'fcn8s',
  'fcn/voc-fcn8s_val': 'fcn8s',
  'opencv_extra_fcn8s-heavy-pascal': 'fcn8s',
};

const SIZES: readonly Pair[] = [
  [500, 500],
  [375, 499],
  [61, 97],
];

/** A ReLU of its own; a built net has them within its convolutions. */
const isRelu = ({ kind, attrs }: Node): boolean =>
  kind === 'activation' && (attrs as Attrs['activation']).kind === 'relu';

const hasRelu = ({ attrs }: Node): boolean =>
  Boolean((attrs as { relu?: boolean; options?: { relu?: boolean } }).relu) ||
  Boolean((attrs as { options?: { relu?: boolean } }).options?.relu);

const read = (node: Node): Node => (isRelu(node) ? node.inputs[0]! : node);

/** What two equal graphs must agree in, layer by layer. */
function described(graph: Graph, only?: readonly Pair[]) {
  const rectified = new Set(graph.nodes.filter(isRelu).map((node) => read(node).name));
  const sizes = only ?? (graph.inputs[0]!.size ? [graph.inputs[0]!.size] : SIZES);
  const shapes = sizes.map(([h, w]) =>
    inferShapes(
      graph,
      Object.fromEntries(graph.inputs.map(({ name, channels: c }) => [name, { n: 1, c, h, w }])),
    ),
  );
  const tensors = parameters(graph);
  return graph.nodes
    .filter((node) => !isRelu(node))
    .map((node) => {
      const { offset, size, alpha, beta, k = 1, coefficients } = node.attrs as Record<string, unknown>;
      return {
        name: node.name,
        kind: node.kind,
        inputs: node.inputs.map((x) => read(x).name),
        relu: hasRelu(node) || rectified.has(node.name),
        attrs: node.kind === 'lrn' ? { size, alpha, beta, k } : { offset, coefficients },
        coords: node.coords,
        shapes: shapes.map((s) => s.get(node)),
        parameters: tensors.filter((t) => t.node === node).map(({ name, dims }) => `${name} ${dims}`),
      };
    });
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

(folder ? describe : describe.skip)('the family as the files of RAREFY_DATA describe it', () => {
  it('the trunk of FCN-SqueezeNet is the published one, but for the padding, and takes its weights', () => {
    const dir = join(folder!, 'weights/squeezenet_v1.0_deepcompression');
    const text = readFileSync(join(dir, 'deploy.prototxt'), 'utf8');
    const file = readFileSync(join(dir, 'squeezenet_v1.0_deepcompression.caffemodel'));
    const { graph, weights } = importCaffe(readNet(text), readCaffemodel(file), { classifier: true });
    const of = (g: Graph) => parameters(g).map(({ name, dims }) => `${name} ${dims}`);
    const built = NETS['fcn-squeezenet-8s']!({ classes: 11 });
    const trunk = of(graph).filter((name) => !name.startsWith('conv_final'));
    expect(of(built).slice(0, trunk.length)).to.deep.equal(trunk);
    const { report } = startWeights(built, [weights], { seed: 1 });
    expect(report.copied).to.have.lengthOf(trunk.length);
    expect(report.seeded).to.deep.equal([]);
    expect(report.zero).to.deep.equal([
      'score_fr.weight',
      'score_fr.bias',
      'score_pool4.weight',
      'score_pool4.bias',
    ]);
    expect(report.dropped).to.deep.equal(['conv_final.weight', 'conv_final.bias']);
  });

  for (const [file, net] of Object.entries(FAMILY)) {
    it(`${file} is ${net}: names, inputs, places, sizes, offsets, parameters`, () => {
      const text = readFileSync(join(folder!, 'prototxt', `${file}.prototxt`), 'utf8');
      const phase = /_train(val)?$/.test(file) ? 'TRAIN' : 'TEST';
      const { graph } = importCaffe(readNet(text, { phase }), null, { classifier: true });
      const built = NETS[net]!();
      expect(described(graph).sort(byName)).to.eql(described(built).sort(byName));
      expect([...graph.outputs].map(([name, node]) => [name, node.name]).sort()).to.eql(
        [...built.outputs].map(([name, node]) => [name, node.name]).sort(),
      );
    });
  }

  it('bvlc_caffenet_full_conv is caffenet with its inner products as convolutions', () => {
    const text = readFileSync(join(folder!, 'prototxt/bvlc_caffenet_full_conv.prototxt'), 'utf8');
    const { graph } = importCaffe(readNet(text.replaceAll(/"(fc\d)-conv"/g, '"$1"')), null);
    const sizes = [
      [451, 451],
      [227, 263],
    ] as const;
    const built = described(convolutionalise(NETS.caffenet!()), sizes);
    const without = (layers: typeof built) => layers.filter(({ kind }) => kind !== 'input').sort(byName);
    expect(without(described(graph, sizes))).to.eql(without(built));
  });

  it('every net among the files is one of these, a solver, or LeNet', () => {
    const others = readdirSync(join(folder!, 'prototxt'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.prototxt') && !path.endsWith('solver.prototxt'))
      .map((path) => path.replaceAll('\\', '/').replace('.prototxt', ''))
      .filter((path) => !(path in FAMILY));
    expect(others.sort()).to.eql(['bvlc_caffenet_full_conv', 'lenet_train_test']);
  });
});
