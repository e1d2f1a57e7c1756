import { type DataSet, splitOf } from '../../data/dataset.js';
import { openDataSet } from '../../data/open.js';
import { createEngine, type Engine } from '../../engine/engine.js';
import { FormatError } from '../../errors.js';
import { parameterCount, parameters as parametersOf } from '../../graph/parameters.js';
import { balanced, checkedWeights, classShares } from '../../train/balance.js';
import { readCheckpoint, writeCheckpoint } from '../../train/checkpoint.js';
import { evaluate, examined } from '../../train/evaluate.js';
import { exampleOf, labelName } from '../../train/example.js';
import { type Examples, fit } from '../../train/fit.js';
import { ratesOf } from '../../train/recipes.js';
import { allHeads, type Scored } from '../../train/scored.js';
import { differences } from '../../train/settings.js';
import { headClasses, layersNamed, stageOf } from '../../train/stages.js';
import { startWeights } from '../../train/start.js';
import { createTrainer, type Trainer } from '../../train/trainer.js';
import { readModelFile } from '../../weights/formats.js';
import { writeModel } from '../../weights/model.js';
import type { Weights } from '../../weights/weights.js';
import { serverFiles } from '../data_files.js';
import type { Host } from '../host.js';
import { readFile } from '../model.js';
import {
  CHECKPOINT,
  type HeadScores,
  modelName,
  type TrainEvent,
  type TrainOptions,
  type TrainReport,
  type TrainStage,
} from '../training.js';

/** Most bytes of decoded samples that are kept. */
const CACHE = 2 ** 30;

/** Examples of a split, kept once they are decoded while there is room. */
function examplesOf(set: DataSet, ids: readonly string[]): Examples {
  const kept = new Map<number, ReturnType<typeof exampleOf>>();
  let room = CACHE;
  return {
    count: ids.length,
    async load(i) {
      const found = kept.get(i);
      if (found) return found;
      const made = exampleOf(set, await set.load(ids[i]!));
      room -= made.maps.reduce((sum, { values }) => sum + values.byteLength, 0);
      if (room > 0) kept.set(i, made);
      return made;
    },
  };
}

/** Trains nets one after another, each from the numbers of the one before; writes models and checkpoints. */
export async function train(host: Host<TrainEvent>, o: TrainOptions): Promise<TrainReport> {
  const set = await openDataSet(o.data, serverFiles(host), {
    signal: host.signal,
    onProgress: (done, total) => host.progress({ text: 'finding the mean', done, total }),
  });
  const split = async (name: string, most?: number) =>
    examplesOf(set, (await set.ids(splitOf(set, name))).slice(0, most));
  const [learn, test] = [await split(o.split), await split(o.testSplit, o.testCount)];
  const saved = o.checkpoint ? readCheckpoint(await readFile(host, o.checkpoint)) : null;
  if (saved && saved.settings !== o.settings)
    throw new FormatError(
      `${o.checkpoint}: made with ${differences(saved.settings, o.settings).join('; ')}; should be the same to go on`,
    );
  const engine = await createEngine({ gpu: host.gpu });
  let sources: readonly Weights[] = [];
  for (const name of saved ? [] : o.weights)
    sources = [...sources, readModelFile(name, await readFile(host, name), null).weights];
  try {
    for (const [index, stage] of o.stages.entries()) {
      if (saved && index < saved.stage) continue;
      const state = saved?.stage === index ? saved.state : null;
      const made = await trainStage(host, engine, { set, learn, test }, o, { index, stage, sources, state });
      sources = [made.weights];
      host.progress({ kind: 'end', stage: stage.name, report: made.report });
    }
    return { adapter: engine.adapter };
  } finally {
    engine.dispose();
  }
}

async function trainStage(
  host: Host<TrainEvent>,
  engine: Engine,
  { set, learn, test }: { set: DataSet; learn: Examples; test: Examples },
  o: TrainOptions,
  at: {
    readonly index: number;
    readonly stage: TrainStage;
    readonly sources: readonly Weights[];
    readonly state: Parameters<typeof createTrainer>[2]['state'] | null;
  },
) {
  const { index, stage, sources, state } = at;
  const { recipe } = stage;
  const { width, pad, fusion, freeze = [], frozenNorms = false } = o;
  const { graph, frozen, dropped } = stageOf(stage.net, stage.stage, {
    ...headClasses(set.heads),
    ...(width !== undefined && { width }),
    ...(pad !== undefined && { pad }),
    ...(fusion && { fusion }),
  });
  const scored = allHeads(graph, set.heads);
  const balances = await balancesOf(host, set, learn, o);
  const start = state ? null : startWeights(graph, sources, { seed: o.seed, scores: o.scores });
  const parameters = parameterCount(graph);
  host.progress({ kind: 'begin', stage: stage.name, start: start?.report ?? null, parameters });
  const trainer = await createTrainer(engine, graph, {
    weights: start?.weights ?? state!.weights,
    solver: { ...recipe.solver, maxIter: recipe.iterations },
    heads: scored.map(({ output, head: { suffix, ignore } }) => ({
      output,
      label: labelName(suffix),
      ignore,
      normalization: recipe.normalization,
      ...(o.keep < 1 && { keep: o.keep }),
      ...balances.get(suffix),
    })),
    frozen: [...frozen, ...layersNamed(graph, freeze)],
    frozenNorms,
    dropouts: recipe.dropout > 0 ? dropped.map((layer) => ({ layer, ratio: recipe.dropout })) : [],
    rates: ratesOf(
      recipe,
      parametersOf(graph).map(({ name }) => name),
    ),
    recompute: o.recompute ? 'blocks' : 'none',
    seed: o.seed,
    ...(state && { state }),
    signal: host.signal,
    onProgress: ({ stage: what, done, total, layer }) =>
      host.progress({ text: `${what} ${layer}`, done, total }),
  });
  const began = performance.now();
  let last: readonly HeadScores[] = [];
  const write = (name: string, bytes: Uint8Array<ArrayBuffer>) => host.write(name, bytes);
  const model = (weights: Weights) =>
    writeModel({
      graph,
      weights,
      classes: set.heads.length === 1 ? set.heads[0]!.names : null,
      preprocess: set.inputs.length === 1 ? set.inputs[0]!.preprocess : null,
      licence: o.licence ?? null,
    });
  try {
    await fit(trainer, learn, {
      iterations: recipe.iterations,
      batch: o.batch,
      order: o.order,
      augmentation: o.augmentation,
      seed: o.seed,
      signal: host.signal,
      onStep: (step) => host.progress({ kind: 'step', stage: stage.name, step }),
      testEvery: o.testEvery,
      test: async (iteration) => {
        last = await tested(host, trainer, set, scored, test);
        host.progress({ kind: 'test', stage: stage.name, iteration, heads: last });
      },
      keepEvery: o.checkpointEvery,
      keep: (kept) => write(CHECKPOINT, writeCheckpoint({ stage: index, state: kept, settings: o.settings })),
    });
    // A run that goes on from its last step was tested before.
    if (last.length === 0) last = await tested(host, trainer, set, scored, test);
    const weights = await trainer.weights();
    const file = modelName(stage.name);
    await write(file, model(weights));
    const seconds = (performance.now() - began) / 1000;
    const { iterations } = recipe;
    return {
      weights,
      report: { name: stage.name, net: stage.net, parameters, iterations, seconds, heads: last, file },
    };
  } finally {
    trainer.dispose();
  }
}

/** What balances the classes of each head, by its suffix. */
async function balancesOf(
  host: Host<TrainEvent>,
  set: DataSet,
  learn: Examples,
  { balance: how, classWeights: weights }: Pick<TrainOptions, 'balance' | 'classWeights'>,
) {
  const found = new Map<string, ReturnType<typeof balanced>>();
  if (weights) found.set(set.heads[0]!.suffix, { weights: checkedWeights(weights, set.heads) });
  if (how === 'none') return found;
  for (const { suffix, names } of set.heads) {
    const shares = await classShares(learn, labelName(suffix), names.length, {
      signal: host.signal,
      onProgress: (done, total) => host.progress({ text: 'counting classes', done, total }),
    });
    found.set(suffix, balanced(shares, how));
  }
  return found;
}

/** The scores of the net as it is now. */
async function tested(
  host: Host<TrainEvent>,
  trainer: Trainer,
  set: DataSet,
  scored: readonly Scored[],
  { count, load }: Examples,
): Promise<HeadScores[]> {
  const pictures = { count, load: async (i: number) => examined(await load(i)) };
  const { heads } = await evaluate(trainer, pictures, scored, set, {
    signal: host.signal,
    onProgress: (done, total) => host.progress({ text: 'testing', done, total }),
  });
  return heads.map(({ suffix, pixelAcc, meanAcc, meanIU, fwIU, perClass }) => ({
    suffix,
    scores: { pixelAcc, meanAcc, meanIU, fwIU, perClass },
  }));
}
