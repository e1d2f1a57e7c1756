import { expect } from 'chai';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { download, free, type Tensor } from '../../src/engine/tensor.js';
import { ShapeError, TuningError } from '../../src/errors.js';
import type { Pipelines } from '../../src/gpu/pipelines.js';
import { Graph } from '../../src/graph/builder.js';
import type { CompileOptions } from '../../src/graph/net_options.js';
import type { Algorithm } from '../../src/lower/algorithms.js';
import { algorithmsFor, parseConvClass } from '../../src/lower/choosing.js';
import { checkTuning, type Tuning, tuningOf } from '../../src/lower/tuning.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';

/** Algorithms round differently: as for whole nets. */
const TOLERANCE = 1e-4;

const SHAPE = { n: 1, c: 16, h: 26, w: 21 };

/** A 3x3 convolution that may choose among all, with a pool behind it; others that may choose among some, or not. */
function net(): Graph {
  const g = new Graph('tuned');
  const data = g.input('data', SHAPE.c);
  const narrow = g.conv('narrow', data, { out: 20, kernel: 3, pad: 1 });
  const pool = g.maxPool('pool', narrow, { kernel: 2, stride: 2, ceil: true });
  const down = g.conv('down', pool, { out: 36, kernel: 5, stride: 2, pad: 2, groups: 1, relu: true });
  const depthwise = g.conv('depthwise', down, { out: 36, kernel: 3, pad: 1, groups: 36 });
  g.output(g.conv('score', depthwise, { out: 21, kernel: 1 }));
  return g;
}

const [NARROW, DOWN, SCORE] = [
  '3x3 16>20 stride 1x1 dilation 1x1 groups 1 f32',
  '5x5 20>36 stride 2x2 dilation 1x1 groups 1 f32',
  '1x1 36>21 stride 1x1 dilation 1x1 groups 1 f32',
] as const;
const CLASSES = [NARROW, DOWN, SCORE];

describe('tuning', () => {
  const graph = net();
  const weights = seededWeights(graph, 3);
  const input = { shape: SHAPE, data: random(SHAPE.c * SHAPE.h * SHAPE.w, 4) };
  let engine: Engine;
  let wanted: Float32Array;

  async function scores(options: Partial<CompileOptions>) {
    const net = await engine.compile(graph, { weights, ...options });
    try {
      const { outputs, plan } = await net.run(input);
      const y = outputs.score as Tensor;
      const values = await download(engine, y);
      free(y);
      return { values, kernels: plan.steps.flatMap((s) => s.dispatches.map((d) => d.kernel.name)) };
    } finally {
      net.dispose();
    }
  }

  async function tuned(on: Engine, o: Parameters<Awaited<ReturnType<Graph['compile']>>['tune']>[0] = {}) {
    const net = await on.compile(graph, { weights });
    try {
      return await net.tune({ inputs: SHAPE, ...o });
    } finally {
      net.dispose();
    }
  }

  const allowed = (name: string): Algorithm[] => {
    const { w, taps } = parseConvClass(name)!;
    return algorithmsFor(w, taps, { features: engine.features });
  };

  before(async () => {
    engine = await openEngine();
    wanted = (await scores({ memory: 'low' })).values;
  });
  after(() => engine.dispose());

  it('times every class of a net that can choose, and its record serves the net (long)', async () => {
    const steps: string[] = [];
    const onProgress = ({ done, total, layer }: { done: number; total: number; layer: string }) =>
      steps.push(`${done} of ${total} ${layer}`);
    const record: Tuning = JSON.parse(JSON.stringify(await tuned(engine, { all: true, onProgress })));
    checkTuning(record, engine.adapter);
    const classes = CLASSES.filter((name) => allowed(name).length > 1);
    expect(Object.keys(record.layers).sort()).to.deep.equal([...classes].sort());
    for (const [name, { ms, wrong }] of Object.entries(record.layers)) {
      expect(Object.keys(ms).sort(), name).to.deep.equal(allowed(name).sort());
      expect(wrong).to.equal(undefined);
    }
    expect(record.untimed).to.deep.equal([]);
    expect(steps).to.have.lengthOf(classes.length + 1);
    expect(steps.at(-1)).to.equal(`${classes.length} of ${classes.length} `);
    const { values } = await scores({ tuning: record });
    expect(relativeError(values, wanted)).to.be.at.most(TOLERANCE);
  });

  it('gives the same scores by every algorithm that a record can name', async () => {
    for (const algorithm of allowed(NARROW)) {
      const forced = Object.fromEntries(
        CLASSES.map((name) => [name, { ms: { [algorithm]: 1 }, pixels: 1, netPixels: 1 }]),
      );
      const { values, kernels } = await scores({ tuning: tuningOf(engine.adapter, forced) });
      const by = algorithm.replace(/@.*/, '');
      const direct = by.startsWith('winograd') ? undefined : by === 'tile' ? 'conv2d' : `conv2d_${by}`;
      expect(kernels[0]).to.equal(direct ?? algorithm.replace(/_.*/, '_input'));
      expect(kernels.includes('max_pool')).to.equal(direct !== undefined);
      expect(relativeError(values, wanted), algorithm).to.be.at.most(TOLERANCE);
    }
  });

  it('trusts no algorithm whose result is wrong (long)', async () => {
    // On an engine whose output transform of Winograd's F(4x4) also takes max(y, 0), where the layer does not.
    const wrong = await createEngine(); // whose kernels no other one has
    const { pipelines } = wrong;
    type Spec = Parameters<Pipelines['get']>[0];
    const broken = (spec: Spec): Spec =>
      spec.kernel.name === 'winograd_output' ? { ...spec, constants: { ...spec.constants, RELU: 1 } } : spec;
    const { get, compile } = pipelines;
    pipelines.get = (spec) => get.call(pipelines, broken(spec));
    pipelines.compile = (spec) => compile.call(pipelines, broken(spec));
    const record = await tuned(wrong, { all: true });
    wrong.dispose();
    const winograd = allowed(NARROW).filter((name) => name.startsWith('winograd_'));
    expect(Object.keys(record.layers[NARROW]!.wrong!).sort()).to.deep.equal(winograd.sort());
    for (const error of Object.values(record.layers[NARROW]!.wrong!)) expect(error).to.be.above(0.1);
    for (const name of winograd) expect(record.layers[NARROW]!.ms).not.to.have.property(name);
    expect(record.layers[NARROW]!.ms).to.have.property('tile');
    expect((await scores({ tuning: record })).kernels).not.to.include('winograd_input');
  });

  it('ends with its budget, and lists what it did not reach', async () => {
    const classes = CLASSES.filter((name) => allowed(name).length > 1);
    const record = await tuned(engine, { budgetMs: 0 });
    expect(record.layers).to.deep.equal({});
    expect([...record.untimed].sort()).to.deep.equal([...classes].sort());
    checkTuning(record, engine.adapter);
    expect(relativeError((await scores({ tuning: record })).values, wanted)).to.be.at.most(TOLERANCE);
  });

  it('ends with an abort, and leaves the device as it was', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => abort.abort(reason);
    const error = await rejection(tuned(engine, { signal: abort.signal, onProgress }), Error, 'enough');
    expect(error).to.equal(reason);
    expect(relativeError((await scores({})).values, wanted)).to.be.at.most(TOLERANCE);
  });

  it('wants a size, that of the latest run without one', async () => {
    const net = await engine.compile(graph, { weights });
    try {
      await rejection(net.tune(), ShapeError, 'tuned for no size');
      await net.prepare(SHAPE);
      expect((await net.tune({ budgetMs: 0 })).untimed).not.to.have.lengthOf(0);
    } finally {
      net.dispose();
    }
  });

  it('refuses a record of another adapter', async () => {
    const other = tuningOf({ ...engine.adapter, device: 'another' }, {});
    const error = await rejection(engine.compile(graph, { weights, tuning: other }), TuningError);
    expect(error.reason).to.equal('adapter');
  });
});
