import type { Engine } from '../../src/engine/engine.js';
import { Graph } from '../../src/graph/builder.js';
import type { HostTensor } from '../../src/graph/net_options.js';
import type { Solver } from '../../src/train/solver.js';
import { createTrainer } from '../../src/train/trainer.js';
import type { Batch, TrainerOptions } from '../../src/train/trainer_options.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';

export const CLASSES = 5;
export const IGNORE = 255;

/** Labels of all classes, about a fifth ignored. */
const labels = (count: number, seed: number): Float32Array =>
  random(count, seed).map((v) => {
    const label = Math.floor(((v + 1) / 2) * (CLASSES + 1));
    return label === CLASSES ? IGNORE : label;
  });

export function batch(n: number, h: number, w: number, seed = 1): { data: HostTensor; label: HostTensor } {
  return {
    data: { shape: { n, c: 3, h, w }, data: random(n * 3 * h * w, seed) },
    label: { shape: { n, c: 1, h, w }, data: labels(n * h * w, seed + 100) },
  };
}

/** A convolution, a pool, a skip and an upsampling. */
export function small(): Graph {
  const g = new Graph('small');
  const data = g.input('data', 3);
  const conv1 = g.conv('conv1', data, { out: 6, kernel: 3, pad: 1, relu: true });
  const pool1 = g.maxPool('pool1', conv1, { kernel: 2, stride: 2 });
  const conv2 = g.conv('conv2', pool1, { out: 10, kernel: 3, pad: 1 });
  const score = g.conv('score_fr', g.relu('relu2', conv2), { out: CLASSES, kernel: 1 });
  const skip = g.conv('score_skip', conv1, { out: CLASSES, kernel: 1 });
  const up = g.upsample('up', score, { kernel: 4, stride: 2 });
  g.output(g.sum('score', [g.crop('cropped', up, skip, [1, 1]), skip]));
  return g;
}

export const head = { output: 'score', normalization: 'VALID' } as const;
export const solver: Solver = { baseLr: 0.1, momentum: 0.9, weightDecay: 1e-3 };

/** The weights and losses after some steps on one batch after another. */
export async function trained(
  engine: Engine,
  graph: Graph,
  steps: number,
  o: Partial<TrainerOptions> = {},
  batches: (step: number) => Batch | Batch[] = (step) => batch(2, 12, 14, step),
) {
  const options = { weights: seededWeights(graph, 3), heads: [head], solver, ...o };
  const trainer = await createTrainer(engine, graph, options);
  try {
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) losses.push(await (await trainer.step(batches(trainer.iteration))).loss);
    const state = await trainer.state();
    return { losses, weights: state.weights, gradients: await trainer.gradients(), state };
  } finally {
    trainer.dispose();
  }
}
