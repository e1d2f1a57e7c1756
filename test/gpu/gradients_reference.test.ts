import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, free, type Tensor } from '../../src/engine/tensor.js';
import { backward } from '../../src/graph/backward.js';
import { Graph } from '../../src/graph/builder.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { Node } from '../../src/graph/node.js';
import type { FilterShape } from '../../src/lower/filter.js';
import type { Interpolation } from '../../src/lower/resize_table.js';
import type { Pair, Shape } from '../../src/shape.js';
import { extraData, hasExtraData, testData } from '../data.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';
import { tensorsOf } from './tensors.js';

/** Of a tensor's largest value. */
const TOLERANCE = 1e-5;

interface Attrs {
  readonly op: string;
  readonly [name: string]: unknown;
}

const shapeOf = (dims: readonly number[]): Shape => {
  if (dims.length === 3) return { n: dims[0]!, c: 1, h: dims[1]!, w: dims[2]! };
  const [n, c, h, w] = dims.length === 1 ? [1, dims[0]!, 1, 1] : (dims as [number, number, number, number]);
  return { n, c, h, w };
};

/** The operator of a case behind its operands, as training has it. */
function operator(g: Graph, a: Attrs, t: Readonly<Record<string, Node>>): Node {
  const number = (name: string): number => a[name] as number;
  const { x } = t as { x: Node };
  const pool = { kernel: number('kernel'), stride: number('stride'), pad: number('pad') };
  switch (a.op) {
    case 'conv2d':
    case 'conv_transpose2d': {
      const { w, b } = t as { w: Node; b?: Node };
      const transposed = a.op === 'conv_transpose2d';
      const groups = number('group');
      const [first, second] = [w.batch!, w.channels * groups];
      const [out, inputs] = transposed ? [second, first] : [first, second];
      const filter: FilterShape = { out, in: inputs, kernel: w.size!, groups, transposed };
      const [stride, dilation, pad] = [number('stride'), number('dilation'), number('pad')];
      const operands = [x, w, ...(b ? [b] : [])];
      const bias = b !== undefined;
      if (!transposed)
        return g.add('conv2d_given', 'y', operands, { filter, options: { stride, dilation, pad }, bias });
      const options = { stride, dilation, pad, outputPad: number('output_padding') };
      return g.add('conv_transpose2d_given', 'y', operands, { filter, options, bias });
    }
    case 'maxpool':
      return g.maxPool('y', x, { ...pool, ceil: a.ceil === 1 });
    case 'avgpool':
      return g.avgPool('y', x, { ...pool, countPad: a.count_include_pad === 1 });
    case 'global_avgpool':
      return g.globalAvgPool('y', x);
    case 'crop':
      return g.crop('y', x, g.input('like', 1, a.size as Pair, 1), [number('offset'), number('offset')]);
    case 'relu':
      return g.relu('y', x);
    case 'prelu':
      return g.add('prelu_given', 'y', [x, t.slope!], {});
    case 'lrn':
      return g.lrn('y', x, {
        size: number('size'),
        alpha: number('alpha'),
        beta: number('beta'),
        k: number('k'),
      });
    case 'softmax':
      return g.softmax('y', x);
    case 'log_softmax':
      return g.softmax('y', x, { log: true });
    case 'resize': {
      const coordinates = a.align_corners ? 'align_corners' : 'half_pixel';
      const mode = a.mode as Interpolation['mode'];
      return g.resize('y', x, { mode, coordinates, size: a.size as Pair });
    }
    case 'batch_norm': {
      const frozen = a.training === 0;
      const axes = ['w', 'h', 'n'] as const;
      const mean = t.mean ?? g.add('reduce', 'batch mean', [x], { op: 'mean', axes });
      const variance = t.var ?? g.add('variance', 'batch variance', [x, mean], {});
      const inputs = [x, mean, variance, t.gamma!, t.beta!];
      return g.add('batch_norm_given', 'y', inputs, { epsilon: number('eps'), frozen });
    }
    default:
      throw new Error(`no operator ${a.op}`);
  }
}

/** Losses have no dy: their gradient comes from the labels. */
function loss(g: Graph, a: Attrs, { x, labels }: Readonly<Record<string, Node>>): { y: Node; dx: Node } {
  const weights = a.class_weights as readonly number[] | null;
  const options = { ignore: a.ignore_label as number, ...(weights && { weights }) };
  const cells = g.add('softmax_loss', 'cells', [x!, labels!], options);
  const y = g.add('reduce', 'y', [cells], { op: 'sum', axes: ['w', 'h', 'n'] });
  const normalization = a.reduction === 'mean' ? 'VALID' : 'NONE';
  return { y, dx: g.add('softmax_loss_gradient', 'dx', [x!, labels!, y], { ...options, normalization }) };
}

async function check(engine: Engine, bytes: Uint8Array): Promise<void> {
  const { tensors, metadata } = tensorsOf(bytes);
  const a = Object.fromEntries([...metadata].map(([key, value]) => [key, JSON.parse(value)])) as Attrs;
  const vectors = (['mean', 'var'] as const).filter((name) => a[name]);
  for (const name of vectors) {
    const data = Float32Array.from(a[name] as number[]);
    tensors.set(name, { dims: [data.length], data });
  }
  const g = new Graph('case');
  const given: Record<string, HostTensor> = {};
  const operands: Record<string, Node> = {};
  const take = (name: string): Node => {
    const { dims, data } = tensors.get(name)!;
    const shape = shapeOf(dims);
    given[name] = { shape, data };
    return g.input(name, shape.c, [shape.h, shape.w], shape.n);
  };
  const isOperand = (name: string) => name !== 'y' && name !== 'dy' && !tensors.has(name.slice(1));
  const names = [...tensors.keys()].filter((name) => !/^d./.test(name) && isOperand(name));
  for (const name of names) operands[name] = take(name);

  const wanted = new Map<string, Node>();
  const { y, dx } =
    a.op === 'softmax_cross_entropy' ? loss(g, a, operands) : { y: operator(g, a, operands), dx: null };
  if (dx) wanted.set('dx', dx);
  else {
    const of = new Map(
      names.filter((name) => tensors.has(`d${name}`)).map((name) => [operands[name]!, name]),
    );
    for (const [x, d] of backward(g, new Map([[y, take('dy')]]), new Set(of.keys())))
      wanted.set(`d${of.get(x)!}`, d);
    expect(wanted.size).to.equal(of.size);
  }
  if (g.has('like')) {
    const [h, w] = g.node('like').size!;
    given.like = { shape: { n: 1, c: 1, h, w }, data: new Float32Array(h * w) };
  }
  wanted.set('y', y);
  for (const [name, node] of wanted) g.output(node, name);
  const net = await engine.compile(g, { weights: new Map() });
  const { outputs } = await net.run(given);
  for (const [name, t] of Object.entries(outputs)) {
    let data = await download(engine, t as Tensor);
    if (dx && name === 'y') data = Float32Array.of(a.reduction === 'mean' ? data[0]! / data[1]! : data[0]!);
    expect(relativeError(data, tensors.get(name)!.data), name).to.be.at.most(TOLERANCE);
  }
  free(...Object.values(outputs));
  net.dispose();
}

async function define(what: string, read: (path: string) => Promise<Uint8Array>, least: number) {
  const manifest = JSON.parse(new TextDecoder().decode(await read('reference-grad/MANIFEST.json')));
  const names = Object.keys(manifest);
  describe(`gradients by torch in float64, ${what}`, () => {
    let engine: Engine;
    before(async () => {
      engine = await openEngine();
    });
    after(() => engine.dispose());

    it('are as many as ever', () => expect(names.length).to.be.at.least(least));
    for (const name of names)
      it(name, async () => check(engine, await read(`reference-grad/${name}.safetensors`)));
  });
}

await define('some cases', testData, 16);
if (hasExtraData()) await define('all cases', extraData, 42);
else describe.skip('gradients by torch in float64, all cases', () => it('RAREFY_DATA names no folder'));
