import { expect } from 'chai';
import type { Elem } from '../../src/dispatch.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { downloadLabels } from '../../src/engine/pixels.js';
import { Recording } from '../../src/engine/recording.js';
import { download } from '../../src/engine/tensor.js';
import { LimitError } from '../../src/errors.js';
import { ALGORITHMS, type Algorithm } from '../../src/lower/algorithms.js';
import { convClass } from '../../src/lower/choosing.js';
import { UNKNOWN } from '../../src/lower/costs.js';
import { conv2dWindow } from '../../src/ops/conv2d.js';
import { type Case, product } from '../cases/case.js';
import { cases } from '../cases/index.js';
import { random } from '../random.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';

/** Values that the storage type holds exactly, so that only the operator's own rounding counts. */
const inputsOf = (c: Case, elem: Elem = 'f32') =>
  Object.fromEntries(
    Object.entries(c.inputs).map(([name, dims], i) => {
      const values = random(product(dims), 17 + i);
      return [name, elem === 'f16' ? values.map((v) => Math.f16round(v)) : values];
    }),
  );

/** Operators whose kernels end in a ReLU where a graph has one behind them. */
const FUSED_RELU = ['conv2d', 'conv_transpose2d', 'sum'];

/** Cases whose outputs are the larger or smaller of values. */
const PICKING = /^(max_pool|max_pool_index|(reduce|binary): (max|min),)/;

/** Storing a result in f16 rounds it to 11 bits; operators of two passes round twice. */
const F16_ROUNDING = 2 ** -10;

/** Runs a case on outputs filled with a byte; returns them and the kernels that were launched. */
async function outputsOf(
  engine: Engine,
  c: Case,
  inputs: Readonly<Record<string, Float32Array>>,
  { elem = 'f32', fill = 0xff }: { elem?: Elem; fill?: number } = {},
) {
  const launch = c.launch(engine, inputs, elem);
  try {
    for (const y of launch.outputs) {
      engine.device.queue.writeBuffer(y.buffer, 0, new Uint8Array(y.buffer.size).fill(fill));
    }
    const recording = new Recording(engine);
    launch.run(recording);
    const kernels = recording.dispatches.map((d) => d.kernel.name);
    await engine.scoped(c.name, c.bytes, () => recording.submit());
    const outputs: ArrayLike<number>[] = [];
    for (const y of launch.outputs)
      outputs.push(await ('elem' in y ? download(engine, y) : downloadLabels(engine, y)));
    return { outputs, kernels };
  } finally {
    launch.free();
  }
}

/** Runs a case on poisoned outputs and returns its error and the kernels that it launched. */
async function check(engine: Engine, c: Case, elem: Elem = 'f32') {
  const inputs = inputsOf(c, elem);
  const { outputs, kernels } = await outputsOf(engine, c, inputs, { elem });
  const wanted = c.reference(inputs);
  const error = Math.max(...outputs.map((values, i) => relativeError(values, wanted[i]!)));
  return { error, kernels };
}

/** How many dispatches a case takes under a binding limit; null where it does not fit. */
async function dispatchesUnder(engine: Engine, c: Case): Promise<number | null> {
  const recording = new Recording(engine);
  try {
    const launch = c.launch(engine, inputsOf(c), 'f32');
    try {
      launch.run(recording);
      return recording.dispatches.length;
    } finally {
      launch.free();
    }
  } catch (error) {
    if (error instanceof LimitError) return null;
    throw error;
  } finally {
    recording.release();
  }
}

/** An engine whose binding limit makes the case take at least three times the dispatches, or null. */
async function splitting(engine: Engine, c: Case, dispatches: number): Promise<Engine | null> {
  // Long steps as far as they lead, then shorter ones from the last limit that was too large.
  let large = c.bytes;
  for (const factor of [0.7, 0.93])
    for (let limit = large * factor; limit >= 256; limit *= factor) {
      const maxBindingBytes = Math.ceil(limit / 16) * 16;
      const small = await createEngine({ device: engine.device, maxBindingBytes });
      const found = await dispatchesUnder(small, c);
      if (found !== null && found >= 3 * dispatches) return small;
      if (found === null) break;
      large = limit;
    }
  return null;
}

describe('operators against their float64 twins', () => {
  for (const without of [[], ['subgroups']] as const) {
    describe(without.length === 0 ? 'with all features' : 'portable kernels only', () => {
      let engine: Engine;
      before(async () => {
        engine = await openEngine({ without });
      });
      after(() => engine.dispose());

      for (const c of cases) {
        it(c.name, async () => {
          expect((await check(engine, c)).error).to.be.at.most(c.tolerance);
        });
      }

      it('a ReLU hides no NaN, wherever it is fused', async () => {
        const hidden: string[] = [];
        const rectified = cases.filter(({ op, gradient }) => FUSED_RELU.includes(op) && gradient?.kinks);
        for (const c of rectified) {
          const inputs = inputsOf(c);
          Object.values(inputs)[0]!.fill(Number.NaN);
          const { outputs } = await outputsOf(engine, c, inputs, { fill: 0 });
          if (outputs.some((y) => !Array.from(y).some(Number.isNaN))) hidden.push(c.name);
        }
        expect(rectified.length).to.be.above(8);
        expect(hidden.join('; ')).to.equal('');
      });

      it('a maximum or minimum hides no NaN', async () => {
        const hidden: string[] = [];
        const picking = cases.filter(({ name }) => PICKING.test(name));
        for (const c of picking) {
          const inputs = inputsOf(c);
          const [first] = Object.values(inputs);
          for (let i = 3; i < first!.length; i += 97) first![i] = Number.NaN;
          const { outputs } = await outputsOf(engine, c, inputs, { fill: 0 });
          const [wanted] = c.reference(inputs);
          const isKept = Array.from(outputs[0]!).every(
            (v, i) => Number.isNaN(v) === Number.isNaN(wanted![i]),
          );
          if (!isKept || !wanted!.some(Number.isNaN)) hidden.push(c.name);
        }
        expect(picking.length).to.be.above(10);
        expect(hidden.join('; ')).to.equal('');
      });
    });
  }
});

const convolutions = cases.flatMap((c) => (c.layer?.op === 'conv2d' ? [{ c, layer: c.layer }] : []));

for (const by of ['block', 'wide', 'first'] as const)
  describe(`convolutions by conv2d_${by} alone`, () => {
    const forced = by === 'first' ? [by] : ([by, `winograd_${by}`, `winograd2_${by}`] as const);
    const able = convolutions.filter(({ layer: { w, options } }) =>
      ALGORITHMS[by].can(w, conv2dWindow(w, options), new Set(['subgroups'])),
    );
    const ms: Partial<Record<Algorithm, number>> = Object.fromEntries(forced.map((name) => [name, 1]));
    const classes = able.flatMap(({ layer: { w, options } }) =>
      (['f32', 'f16'] as const).map((elem) => convClass(w, conv2dWindow(w, options), elem)),
    );
    const times = Object.fromEntries(classes.map((name) => [name, { ms }]));
    let engine: Engine;
    let launches = 0;
    before(async function () {
      engine = await openEngine();
      if (by !== 'block' && !engine.features.has('subgroups')) this.skip();
      // An adapter on which it was measured as fastest.
      Object.defineProperty(engine, 'speed', { get: () => ({ ...UNKNOWN, times }) });
    });
    after(() => engine.dispose());

    for (const { c } of able) {
      it(c.name, async () => {
        const { error, kernels } = await check(engine, c);
        const own = kernels.filter((name) => name === `conv2d_${by}`).length;
        launches += own;
        // Of few pixels and channels quads do the work.
        expect(
          own + (by === 'wide' ? kernels.filter((name) => name === 'conv2d_quad').length : 0),
        ).to.be.above(0);
        expect(error).to.be.at.most(c.tolerance);
        if (!engine.features.has('f16')) return;
        expect((await check(engine, c, 'f16')).error).to.be.at.most(
          c.tolerance + (c.f16Tolerance ?? F16_ROUNDING),
        );
      });
    }

    it('in several of these', () => {
      expect(launches).to.be.at.least(4);
    });
  });

describe('operators in f16 storage', () => {
  let engine: Engine;
  before(async function () {
    engine = await openEngine();
    if (!engine.features.has('f16')) this.skip();
  });
  after(() => engine.dispose());

  for (const c of cases) {
    it(c.name, async () => {
      expect((await check(engine, c, 'f16')).error).to.be.at.most(
        c.tolerance + (c.f16Tolerance ?? F16_ROUNDING),
      );
    });
  }
});

describe('operators split in three or more', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  for (const c of cases.filter((each) => each.splits)) {
    it(c.name, async () => {
      const { kernels } = await check(engine, c);
      const small = await splitting(engine, c, kernels.length);
      expect(small, 'no limit splits this case').to.not.equal(null);
      expect((await check(small!, c)).error).to.be.at.most(c.tolerance);
    });
  }
});
