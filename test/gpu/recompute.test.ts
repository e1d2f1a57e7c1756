import { expect } from 'chai';
import type { Engine } from '../../src/engine/engine.js';
import type { Graph } from '../../src/graph/builder.js';
import { stageOf } from '../../src/train/stages.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { TrainerOptions } from '../../src/train/trainer_options.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { openEngine } from './open_engine.js';
import { batch, CLASSES, head, small, solver, trained } from './train_small.js';

describe('maps that are computed again', () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine();
  });
  after(() => engine.dispose());

  /** Two steps with and without: losses, gradients, weights and history, bit for bit. */
  async function same(graph: Graph, o: Partial<TrainerOptions>, size: readonly [number, number]) {
    const run = (recompute: 'none' | 'blocks') =>
      trained(engine, graph, 2, { ...o, recompute }, (step) => batch(2, ...size, step));
    const [all, some] = [await run('none'), await run('blocks')];
    expect(some.losses).to.deep.equal(all.losses);
    expect(all.losses.every(Number.isFinite)).to.equal(true);
    for (const of of ['gradients', 'weights'] as const) expect(some[of]).to.deep.equal(all[of]);
    expect(some.state.history).to.deep.equal(all.state.history);
    expect(all.gradients.size).to.be.above(0);
  }

  it('give the same bits: a skip, a pool and an upsampling', () => same(small(), {}, [12, 14]));

  it('give the same bits: batch norms, dropout, drawn pixels and three skips', () => {
    const { graph, dropped } = stageOf('fcn-small-8s', null, { classes: CLASSES, width: 1 / 32 });
    const dropouts = dropped.map((layer) => ({ layer, ratio: 0.5 }));
    expect(dropouts).to.have.length(2);
    return same(graph, { dropouts, heads: [{ ...head, keep: 0.5 }] }, [48, 64]);
  });

  it('give the same bits: the first layers frozen, and norms with them', () => {
    const { graph } = stageOf('fcn-small-16s', null, { classes: CLASSES, width: 1 / 32 });
    return same(graph, { frozen: ['conv1_1', 'conv1_2'], frozenNorms: true }, [36, 40]);
  });

  it('take the memory that the plan says, which is less', async () => {
    const { graph } = stageOf('fcn-small-32s', null, { classes: CLASSES, width: 1 / 32 });
    const bytes = async (recompute: 'none' | 'blocks') => {
      const options = { weights: seededWeights(graph, 1), heads: [head], solver, recompute };
      const trainer = await createTrainer(engine, graph, options);
      const { data, label } = batch(2, 64, 64);
      await trainer.step({ data, label });
      const { maps } = trainer.memory;
      expect(maps).to.equal(trainer.plan({ data: data.shape, label: label.shape }).bytes.maps);
      trainer.dispose();
      return maps;
    };
    expect(await bytes('blocks')).to.be.below(await bytes('none'));
  });
});
