import { expect } from 'chai';
import { UnsupportedError } from '../../src/errors.js';
import {
  modelParts,
  type WrittenAttribute,
  type WrittenNode,
  type WrittenTensor,
} from '../../src/weights/onnx/export/file.js';
import { type ImportedOnnx, importOnnx } from '../../src/weights/onnx/import.js';
import { joined } from '../../src/weights/safetensors_write.js';
import { relativeError } from '../gpu/compare.js';
import { runOnnxruntime } from '../onnxruntime.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

const floats = (dims: readonly number[], seed: number): WrittenTensor => ({
  type: 'float32',
  dims,
  bytes: new Uint8Array(
    random(
      dims.reduce((a, b) => a * b, 1),
      seed,
    ).buffer as ArrayBuffer,
  ),
});
const ints = (...values: number[]): WrittenTensor => ({
  type: 'int64',
  dims: [values.length],
  bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});

const node = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, WrittenAttribute>> = {},
): WrittenNode => ({ op, name: output, inputs, outputs: [output], attributes });

const model = (
  nodes: readonly WrittenNode[],
  tensors: Readonly<Record<string, WrittenTensor>>,
  dims: readonly (number | string)[] = ['N', 4, 'H', 'W'],
) =>
  joined([
    ...modelParts({
      name: 'net',
      opset: 17,
      nodes,
      tensors: new Map(Object.entries(tensors)),
      inputs: [{ name: 'x', dims }],
      outputs: [{ name: 'y', dims: [null, null, null, null] }],
      metadata: new Map(),
    }),
  ]);

/** Imports the model once and compares the float64 twin of its graph with onnxruntime at two sizes. */
async function expectFree(bytes: Uint8Array<ArrayBuffer>): Promise<ImportedOnnx> {
  const imported = importOnnx(bytes);
  const [input] = imported.graph.inputs;
  expect([input!.size, input!.batch]).to.deep.equal([null, null]);
  for (const [n, h, w] of [
    [2, 9, 14],
    [1, 16, 7],
  ] as const) {
    const data = random(n * 4 * h * w, h);
    const maps = runGraph(imported.graph, imported.weights, { x: { shape: { n, c: 4, h, w }, data } });
    const { shape, data: found } = maps.get(imported.graph.outputs.get('y')!.name)!;
    const wanted = (await runOnnxruntime(bytes, new Map([['x', { dims: [n, 4, h, w], data }]]))).get('y')!;
    expect([shape.n, shape.c, shape.h, shape.w]).to.deep.equal(wanted.dims);
    expect(relativeError(found, wanted.data)).to.be.at.most(1e-5);
  }
  return imported;
}

const kinds = ({ graph }: ImportedOnnx) => graph.nodes.map(({ kind }) => kind);

describe('the import of ONNX', () => {
  it('keeps height and width free through a skip resized to the size of a map', async () => {
    const imported = await expectFree(
      model(
        [
          node('Conv', ['x', 'w'], 'down', { strides: [2, 2], pads: [1, 1, 1, 1] }),
          node('Shape', ['x'], 'shape'),
          node('Slice', ['shape', 'from', 'to'], 'plane'),
          node('Shape', ['down'], 'deep'),
          node('Slice', ['deep', 'zero', 'from'], 'front'),
          node('Concat', ['front', 'plane'], 'sizes', { axis: 0 }),
          node('Resize', ['down', '', '', 'sizes'], 'up', {
            mode: 'linear',
            coordinate_transformation_mode: 'pytorch_half_pixel',
          }),
          node('Add', ['up', 'x'], 'y'),
        ],
        { w: floats([4, 4, 3, 3], 1), from: ints(2), to: ints(4), zero: ints(0) },
      ),
    );
    expect(kinds(imported)).to.deep.equal(['input', 'conv2d', 'resize_to', 'sum']);
  });

  it('folds the arithmetic of a channel shuffle into one take', async () => {
    const imported = await expectFree(
      model(
        [
          node('Shape', ['x'], 'shape'),
          node('Gather', ['shape', 'two'], 'h'),
          node('Gather', ['shape', 'three'], 'w'),
          node('Gather', ['shape', 'zero'], 'n'),
          node('Concat', ['n', 'groups', 'h', 'w'], 'apart', { axis: 0 }),
          node('Concat', ['n', 'minus', 'h', 'w'], 'together', { axis: 0 }),
          node('Reshape', ['x', 'apart'], 'split'),
          node('Transpose', ['split'], 'turned', { perm: [0, 2, 1, 3, 4] }),
          node('Reshape', ['turned', 'together'], 'y'),
        ],
        { zero: ints(0), two: ints(2), three: ints(3), groups: ints(2, 2), minus: ints(-1) },
      ),
    );
    expect(kinds(imported)).to.deep.equal(['input', 'take']);
    expect(imported.graph.outputs.get('y')!.attrs).to.deep.equal({ axis: 'c', indices: [0, 2, 1, 3] });
  });

  it('keeps the size free under gates, pools, pads and concatenations', async () => {
    await expectFree(
      model(
        [
          node('GlobalAveragePool', ['x'], 'mean'),
          node('Conv', ['mean', 'w'], 'squeezed'),
          node('Sigmoid', ['squeezed'], 'gate'),
          node('Mul', ['x', 'gate'], 'gated'),
          node('Pad', ['gated', 'pads'], 'padded', { mode: 'reflect' }),
          node('AveragePool', ['padded'], 'pooled', { kernel_shape: [3, 3] }),
          node('Concat', ['pooled', 'x'], 'both', { axis: 1 }),
          node('ReduceMean', ['both'], 'row', { axes: [1], keepdims: 1 }),
          node('Sub', ['both', 'row'], 'y'),
        ],
        { w: floats([4, 4, 1, 1], 2), pads: ints(0, 0, 1, 1, 0, 0, 1, 1) },
      ),
    );
  });

  it('lists every operator that does not run, with its name, once', () => {
    const bytes = model(
      [
        node('Det', ['x'], 'det'),
        node('Relu', ['det'], 'relu'),
        node('STFT', ['relu'], 'spectrum'),
        node('LRN', ['x'], 'lrn', { size: 3, sideways: 1 }),
        node('Add', ['lrn', 'spectrum'], 'y'),
      ],
      {},
    );
    expect(() => importOnnx(bytes))
      .to.throw(UnsupportedError)
      .with.property(
        'message',
        [
          'onnx: 3 operators do not run:',
          'det (Det): an operator that this project does not run',
          'spectrum (STFT): an operator that this project does not run',
          'lrn (LRN): attributes sideways',
        ].join('\n'),
      );
  });

  it('runs the sizes that it is given where a size may not be free', () => {
    const bytes = model([node('Reshape', ['x', 'flat'], 'y')], { flat: ints(1, -1, 1, 1) });
    expect(() => importOnnx(bytes)).to.throw(UnsupportedError, 'give the sizes of the inputs');
    const { outputs } = importOnnx(bytes, { dims: { x: [1, 4, 3, 5] } });
    expect(outputs[0]!.dims).to.deep.equal([1, 60, 1, 1]);
  });
});
