import { createEngine } from '../../src/engine/engine.js';
import { adapterName } from '../../src/gpu/device.js';
import { interleaved } from '../../src/graph/tune/interleaved.js';
import { fcn32s } from '../../src/nets/fcn_vgg16.js';
import { small } from '../../src/nets/small.js';
import type { Host } from '../../src/page/host.js';
import { startPage } from '../../src/page/start.js';
import { createTrainer } from '../../src/train/trainer.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../../test/random.js';
import { loadTfjs, script } from '../tfjs.js';
import { type TrainingTf, tfjsStep } from './tfjs_step.js';

/** The step of the comparison: images, classes, and the label that does not count. */
const STEP = { n: 4, h: 180, w: 240, classes: 11, ignore: 255, rate: 1e-3, momentum: 0.9 };
/** Steps whose losses must agree before anything is timed; the net has moved in the second and the third. */
const CHECKED = 3;
const AGREE = 1e-3;
/** Steps in a row, with one wait at their end, as many as the slower engine makes in five seconds. */
const SAMPLING = { shortest: 1000, longest: 5000, slow: 0 };

/** Milliseconds a step of a body that makes so many, and the loss that it ends with. */
async function timed(count: number, body: () => Promise<number>): Promise<{ ms: number; loss: number }> {
  const start = performance.now();
  const loss = await body();
  return { ms: (performance.now() - start) / count, loss };
}

export interface TrainingTimes {
  readonly adapter: string;
  readonly tfjs: string;
  /** Of the checked steps. */
  readonly losses: { readonly rarefy: readonly number[]; readonly tfjs: readonly number[] };
  /** Milliseconds a step, sample by sample; the engines take turns. */
  readonly ms: { readonly rarefy: readonly number[]; readonly tfjs: readonly number[] };
}

/** One training step of FCN-32s with the small trunk but for its batch norms, here and in TensorFlow.js, in turns. */
async function training(host: Host, { rounds }: { rounds: number }): Promise<TrainingTimes> {
  const { n, h, w, classes, ignore, rate, momentum } = STEP;
  const graph = fcn32s({ ...small('fcn-small-32s', { classes }), norm: false });
  const weights = seededWeights(graph, 1);
  const area = h * w;
  const x = random(n * 3 * area, 2);
  const label = Float32Array.from({ length: n * area }, (_, i) =>
    i % 97 === 0 ? ignore : Math.floor(i / 700) % classes,
  );
  const count = label.filter((v) => v !== ignore).length;

  const engine = await createEngine({ gpu: host.gpu });
  const trainer = await createTrainer(engine, graph, {
    weights,
    heads: [{ output: 'score', ignore, normalization: 'VALID' }],
    solver: { baseLr: rate, momentum },
    rates: new Map([...weights.keys()].map((name) => [name, { lr: 1, decay: 0 }])),
  });
  const batch = {
    data: { shape: { n, c: 3, h, w }, data: x },
    label: { shape: { n, c: 1, h, w }, data: label },
  };
  /** Milliseconds that steps in a row take until the last one's loss is here and all is done, and that loss. */
  const ours = (count: number) =>
    timed(count, async () => {
      let loss = Promise.resolve(0);
      for (let i = 0; i < count; i++) ({ loss } = await trainer.step(batch));
      const last = await loss;
      await engine.device.queue.onSubmittedWorkDone();
      return last;
    });

  const { tf, finish, version } = await loadTfjs({
    'tfjs-core': `${host.url}tfjs-core/`,
    'tfjs-backend-webgpu': `${host.url}tfjs-backend-webgpu/`,
  });
  await script(`${host.url}tfjs-gradients/register.js`);
  const last = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [image, c, p] = [Math.floor(i / (3 * area)), Math.floor(i / area) % 3, i % area];
    last[(image * area + p) * 3 + c] = x[i]!;
  }
  const hot = new Float32Array(n * area * classes);
  for (const [i, v] of label.entries()) if (v !== ignore) hot[i * classes + v] = 1;
  const training = tf as unknown as TrainingTf;
  const step = tfjsStep(training, graph, weights, {
    x: training.tensor(last, [n, h, w, 3]),
    target: training.tensor(hot, [n, h, w, classes]),
    count,
    rate,
    momentum,
  });
  const theirs = (count: number) =>
    timed(count, async () => {
      let cost = step();
      for (let i = 1; i < count; i++) {
        cost.dispose();
        cost = step();
      }
      const [loss] = await cost.data();
      cost.dispose();
      await finish();
      return loss!;
    });

  const losses = { rarefy: [] as number[], tfjs: [] as number[] };
  let firstMs = [0, 0];
  for (let i = 0; i < CHECKED; i++) {
    host.progress({ text: 'checking steps', done: i, total: CHECKED });
    const [a, b] = [await ours(1), await theirs(1)];
    losses.rarefy.push(a.loss);
    losses.tfjs.push(b.loss);
    firstMs = [a.ms, b.ms];
    if (!(Math.abs(a.loss - b.loss) <= AGREE * Math.abs(b.loss)))
      throw new Error(`training: step ${i} has the loss ${a.loss}, tfjs ${b.loss}, should agree to ${AGREE}`);
  }
  host.progress({ text: 'timing steps' });
  const entrants = [ours, theirs].map((run, i) => ({
    firstMs: firstMs[i]!,
    sample: async (count: number) => (await run(count)).ms,
  }));
  const stop = { signal: host.signal, deadline: Number.POSITIVE_INFINITY };
  const [rarefy = [], tfjs = []] = await interleaved(entrants, stop, { ...SAMPLING, rounds: () => rounds });
  const ms = { rarefy, tfjs };
  trainer.dispose();
  const adapter = adapterName(engine.adapter);
  engine.dispose();
  return { adapter, tfjs: version, losses, ms };
}

await startPage({ training });
