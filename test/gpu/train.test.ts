import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import { download, free } from '../../src/engine/tensor.js';
import { ShapeError, UnsupportedError, ValidationError } from '../../src/errors.js';
import { Graph } from '../../src/graph/builder.js';
import { parameters } from '../../src/graph/parameters.js';
import { fcn8s } from '../../src/nets/fcn_vgg16.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { Batch } from '../../src/train/trainer_options.js';
import { seededWeights } from '../../src/weights/seeded.js';
import type { Weights } from '../../src/weights/weights.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';
import { relativeError } from './compare.js';
import { openEngine } from './open_engine.js';
import { rejection } from './rejection.js';
import { batch, CLASSES, head, IGNORE, small, solver, trained } from './train_small.js';

const equal = (a: Weights, b: Weights): boolean =>
  [...a].every(([name, { data }]) => data.every((v, i) => Object.is(v, b.get(name)!.data[i])));

describe('trainers', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  const random5 = {
    dropouts: [{ layer: 'relu2', ratio: 0.5 }],
    heads: [{ ...head, keep: 0.5 }],
    seed: 2 ** 40 + 7,
  };

  it('give the same bits twice, with dropout and drawn pixels', async () => {
    const [first, second] = [
      await trained(engine, small(), 4, random5),
      await trained(engine, small(), 4, random5),
    ];
    expect(equal(first.weights, second.weights)).to.equal(true);
    expect(first.losses).to.deep.equal(second.losses);
    const other = await trained(engine, small(), 4, { ...random5, seed: 8 });
    expect(equal(first.weights, other.weights)).to.equal(false);
  });

  it('go on from a state as if they had not stopped', async () => {
    const whole = await trained(engine, small(), 5, random5);
    const { state } = await trained(engine, small(), 2, random5);
    const rest = await trained(engine, small(), 3, { ...random5, state });
    expect(rest.state.iteration).to.equal(5);
    expect(equal(whole.weights, rest.weights)).to.equal(true);
    expect(equal(whole.state.history, rest.state.history)).to.equal(true);
    expect(rest.losses).to.deep.equal(whole.losses.slice(2));
  });

  it('leave frozen layers alone, and compute the same gradients for the others', async () => {
    const graph = small();
    const all = await trained(engine, graph, 1);
    for (const frozen of [['conv1'], ['score_fr.weight'], ['conv1', 'conv2', 'score_skip']]) {
      const some = await trained(engine, graph, 1, { frozen });
      const start = seededWeights(graph, 3);
      for (const { name } of parameters(graph)) {
        const still = frozen.some((f) => name === f || name.startsWith(`${f}.`));
        expect(some.gradients.has(name), name).to.equal(!still);
        const value = some.weights.get(name)!.data;
        expect(
          value.every((v, i) => v === start.get(name)!.data[i]),
          name,
        ).to.equal(still);
        if (!still)
          expect(relativeError(some.gradients.get(name)!.data, all.gradients.get(name)!.data)).to.be.below(
            1e-5,
          );
      }
    }
    const wrong = { weights: seededWeights(graph, 3), heads: [head], solver, frozen: ['conv9'] };
    expect((await rejection(createTrainer(engine, graph, wrong), ShapeError)).message).to.contain("'conv9'");
  });

  it('three batches of an iter_size of 3 are one of three images', async () => {
    const three = batch(3, 12, 14);
    const one = (i: number): Batch =>
      Object.fromEntries(
        Object.entries(three).map(([name, t]) => {
          const { shape, data } = t;
          const size = data.length / 3;
          return [name, { shape: { ...shape, n: 1 }, data: data.slice(i * size, (i + 1) * size) }];
        }),
      );
    const heads = [{ ...head, normalization: 'BATCH_SIZE' as const }];
    const whole = await trained(engine, small(), 2, { heads, solver }, () => three);
    const parts = await trained(engine, small(), 2, { heads, solver: { ...solver, iterSize: 3 } }, () =>
      [0, 1, 2].map(one),
    );
    for (const [name, { data }] of whole.weights)
      expect(relativeError(parts.weights.get(name)!.data, data), name).to.be.at.most(1e-5);
    for (const [i, loss] of whole.losses.entries()) expect(parts.losses[i]! / loss).to.be.closeTo(1, 1e-5);
    const asked = trained(engine, small(), 1, { solver: { ...solver, iterSize: 2 } });
    expect((await rejection(asked, ShapeError)).message).to.contain('should be 2');
  });

  it('clip by the norm of all gradients together', async () => {
    const graph = small();
    const start = seededWeights(graph, 3);
    const plain = { baseLr: 1, momentum: 0 };
    const free = await trained(engine, graph, 1, { solver: plain });
    let squares = 0;
    for (const { data } of free.gradients.values()) for (const g of data) squares += g * g;
    const norm = Math.sqrt(squares);
    for (const [clipGradients, factor] of [
      [norm / 4, 1 / 4],
      [norm * 2, 1],
    ] as const) {
      const rates = new Map(parameters(graph).map(({ name }) => [name, { lr: 1, decay: 0 }]));
      const clipped = await trained(engine, graph, 1, { solver: { ...plain, clipGradients }, rates });
      for (const [name, { data }] of free.gradients) {
        const moved = clipped.weights.get(name)!.data.map((w, i) => start.get(name)!.data[i]! - w);
        expect(
          relativeError(
            moved,
            data.map((g) => g * factor),
          ),
          name,
        ).to.be.at.most(1e-4);
      }
    }
  });

  it('the gradient of a whole FCN-8s is that of its float64 twin along random directions (long)', async () => {
    const graph = fcn8s({ width: 1 / 16, classes: CLASSES });
    const weights = seededWeights(graph, 2);
    const given = batch(1, 20, 26);
    const { gradients, losses } = await trained(
      engine,
      graph,
      1,
      { weights, solver: { baseLr: 0 } },
      () => given,
    );
    const loss = (moved: Weights): number => {
      const { data } = runGraph(graph, moved, { data: given.data }).get('score')!;
      const area = 20 * 26;
      let [sum, count] = [0, 0];
      for (let p = 0; p < area; p++) {
        const label = given.label.data[p]!;
        if (label === IGNORE) continue;
        let total = 0;
        for (let c = 0; c < CLASSES; c++) total += Math.exp(data[c * area + p]!);
        sum += Math.log(total) - data[label * area + p]!;
        count++;
      }
      return sum / count;
    };
    expect(losses[0]! / loss(weights)).to.be.closeTo(1, 1e-5);
    const step = 1e-6;
    for (const name of [
      'conv1_1.weight',
      'conv3_2.weight',
      'fc6.weight',
      'score_fr.weight',
      'score_pool4.bias',
    ]) {
      const { dims, data } = weights.get(name)!;
      const direction = random(data.length, 77);
      const at = (factor: number) => {
        const values = Float64Array.from(data, (v, i) => v + factor * step * direction[i]!);
        return loss(new Map(weights).set(name, { dims, data: values as unknown as Float32Array }));
      };
      const wanted = (at(1) - at(-1)) / (2 * step);
      const gradient = gradients.get(name)!.data;
      let [value, squares] = [0, 0];
      for (const [i, d] of direction.entries()) {
        value += d * gradient[i]!;
        squares += (d * gradient[i]!) ** 2;
      }
      expect(Math.abs(value - wanted) / Math.sqrt(squares), name).to.be.at.most(1e-3);
    }
  });

  it('maps of the backward pass share buffers', async () => {
    const graph = fcn8s({ width: 1 / 16, classes: CLASSES });
    const options = { weights: seededWeights(graph, 2), heads: [head], solver };
    const trainer = await createTrainer(engine, graph, options);
    const { bytes } = trainer.plan({
      data: { n: 1, c: 3, h: 40, w: 52 },
      label: { n: 1, c: 1, h: 40, w: 52 },
    });
    expect(bytes.maps).to.be.below(0.6 * bytes.mapsUnshared);
    trainer.dispose();
  });

  it('a batch norm that learns keeps running statistics; a frozen one its stored ones', async () => {
    const g = new Graph('normal');
    const conv = g.conv('conv', g.input('data', 3), { out: 6, kernel: 3, pad: 1, bias: false });
    g.output(g.conv('score', g.relu('relu', g.batchNorm('norm', conv)), { out: CLASSES, kernel: 1 }));
    const weights = seededWeights(g, 4);
    const given = batch(2, 9, 8);
    const { weights: after } = await trained(engine, g, 1, { weights }, () => given);
    const x = runGraph(g, weights, { data: given.data }).get('conv')!;
    const count = 2 * 9 * 8;
    for (let c = 0; c < 6; c++) {
      const values = x.data.filter((_, i) => Math.floor(i / 72) % 6 === c);
      const mean = values.reduce((a, b) => a + b) / count;
      const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / (count - 1);
      for (const [part, found] of [
        ['running_mean', mean],
        ['running_var', variance],
      ] as const) {
        const before = weights.get(`norm.${part}`)!.data[c]!;
        expect(after.get(`norm.${part}`)!.data[c]).to.be.closeTo(0.9 * before + 0.1 * found, 1e-5);
      }
    }
    const frozen = await trained(engine, g, 1, { weights, frozenNorms: true }, () => given);
    for (const part of ['running_mean', 'running_var'])
      expect(frozen.weights.get(`norm.${part}`)!.data).to.deep.equal(weights.get(`norm.${part}`)!.data);
    expect(frozen.gradients.has('norm.weight')).to.equal(true);
  });

  it('a step that is aborted between its batches changes nothing, running statistics included', async () => {
    const g = new Graph('normal');
    const conv = g.conv('conv', g.input('data', 3), { out: 6, kernel: 3, pad: 1, bias: false });
    g.output(g.conv('score', g.relu('relu', g.batchNorm('norm', conv)), { out: CLASSES, kernel: 1 }));
    const iterSize2 = { weights: seededWeights(g, 4), heads: [head], solver: { ...solver, iterSize: 2 } };
    const batches = [batch(2, 9, 8, 1), batch(2, 9, 8, 2)];
    const trainer = await createTrainer(engine, g, iterSize2);
    const before = await trainer.state();
    const abort = new AbortController();
    // The second batch asks for its data when the first is done.
    const second = {
      ...batches[1]!,
      get data() {
        abort.abort();
        return batches[1]!.data;
      },
    };
    await rejection(trainer.step([batches[0]!, second], { signal: abort.signal }), DOMException);
    expect(await trainer.state()).to.deep.equal(before);
    await trainer.step(batches);
    const { weights } = await trained(engine, g, 1, iterSize2, () => batches);
    expect(equal(weights, await trainer.weights())).to.equal(true);
    expect(equal(weights, before.weights)).to.equal(false);
    trainer.dispose();
  });

  it('make two steps that are asked for at once one after another, and a state in between', async () => {
    const trainer = await createTrainer(engine, small(), {
      weights: seededWeights(small(), 3),
      ...random5,
      solver,
    });
    const [first, between, second] = await Promise.all([
      trainer.step(batch(2, 12, 14, 0)),
      trainer.state(),
      trainer.step(batch(2, 12, 14, 1)),
    ]);
    const one = await trained(engine, small(), 1, random5);
    const two = await trained(engine, small(), 2, random5);
    expect([await first.loss, await second.loss]).to.deep.equal(two.losses);
    expect(equal(between.weights, one.weights)).to.equal(true);
    expect(equal(await trainer.weights(), two.weights)).to.equal(true);
    trainer.dispose();
  });

  it('a step whose gradients find no room is an error, and changes nothing', async () => {
    const { device } = engine;
    const create = device.createBuffer.bind(device);
    const iterSize2 = {
      weights: seededWeights(small(), 3),
      heads: [head],
      solver: { ...solver, iterSize: 2 },
    };
    const trainer = await createTrainer(engine, small(), iterSize2);
    const before = await trainer.state();
    const batches = [batch(2, 12, 14, 1), batch(2, 12, 14, 2)];
    // As a device that is full would, which cannot be had at will.
    device.createBuffer = (o) => create(o.label?.endsWith(' gradient') ? { ...o, size: 2 ** 50 } : o);
    try {
      const error = await rejection(trainer.step(batches), ValidationError);
      expect(error.message).to.match(/^gradients: /);
    } finally {
      device.createBuffer = create;
    }
    expect(await trainer.state()).to.deep.equal(before);
    await trainer.step(batches);
    const { weights } = await trained(engine, small(), 1, iterSize2, () => batches);
    expect(equal(weights, await trainer.weights())).to.equal(true);
    trainer.dispose();
  });

  it('run the net as it is now, with running statistics and nothing dropped', async () => {
    const g = new Graph('used');
    const conv = g.conv('conv', g.input('data', 3), { out: 6, kernel: 3, pad: 1, relu: true });
    const norm = g.batchNorm('norm', conv);
    g.output(g.conv('score', norm, { out: CLASSES, kernel: 1 }));
    g.output(g.conv('other', norm, { out: 2, kernel: 1 }));
    const options = {
      weights: seededWeights(g, 4),
      heads: [head],
      solver,
      dropouts: [{ layer: 'norm', ratio: 0.9 }],
    };
    const trainer = await createTrainer(engine, g, options);
    const { data, label } = batch(2, 9, 8);
    for (let i = 0; i < 2; i++) {
      await trainer.step({ data, label });
      const { outputs } = await trainer.run({ data });
      expect(Object.keys(outputs)).to.deep.equal(['score']);
      const found = await download(engine, outputs.score!);
      const wanted = runGraph(g, await trainer.weights(), { data }).get('score')!;
      expect(relativeError(found, wanted.data)).to.be.below(1e-5);
      free(outputs.score!);
    }
    trainer.dispose();
  });

  it('refuse what has no gradient, by the name of its layer', async () => {
    const g = new Graph('none');
    const conv = g.conv('conv', g.input('data', 3), { out: CLASSES, kernel: 1 });
    g.output(g.add('concat', 'rows', [conv, conv], { axis: 'h' }));
    const options = { weights: seededWeights(g, 1), heads: [{ ...head, output: 'rows' }], solver };
    const found = await rejection(createTrainer(engine, g, options), UnsupportedError);
    expect(found.message).to.match(/^rows: the gradient of a concatenation along h of maps of free size/);
  });
});
