import { expect } from 'chai';
import { checkStep, learned, RATE } from '../../bench/check_step.js';
import { IGNORE, type NetTask } from '../../bench/task.js';
import { Graph } from '../../src/graph/builder.js';
import { defaultRate } from '../../src/train/solver.js';
import { seededWeights } from '../../src/weights/seeded.js';
import { random } from '../random.js';
import { runGraph } from '../reference/graph.js';

const graph = new Graph('tiny');
const conv1 = graph.conv('conv1', graph.input('data', 3), { out: 5, kernel: 3, pad: 1, bias: false });
const relu1 = graph.relu('relu1', graph.batchNorm('bn1', conv1));
const pool1 = graph.maxPool('pool1', relu1, { kernel: 2, stride: 1 });
graph.output(graph.conv('score', pool1, { out: 4, kernel: 2, pad: 1 }));
const shape = { n: 2, c: 3, h: 6, w: 7 };
const labels = Float32Array.from({ length: 2 * 6 * 7 }, (_, i) => (i % 9 === 0 ? IGNORE : i % 4));
const weights = seededWeights(graph, 1);
const x = random(2 * 3 * 6 * 7, 2);
const task: NetTask = { kind: 'step', name: '', flops: 0, bytes: 0, graph, shape, weights, x, labels };

/** The loss with one parameter moved, in float64. */
function loss(name = '', at = 0, by = 0): number {
  const moved = new Map(weights);
  if (name) {
    const { dims, data } = weights.get(name)!;
    const to = Float64Array.from(data);
    to[at]! += by;
    moved.set(name, { dims, data: to as unknown as Float32Array });
  }
  const { data } = runGraph(graph, moved, { data: { shape, data: x } }, { training: true }).get('score')!;
  const terms = [...labels].flatMap((label, i) => {
    if (label === IGNORE) return [];
    const at = (k: number) => data[(Math.floor(i / 42) * 4 + k) * 42 + (i % 42)]!;
    return [Math.log([0, 1, 2, 3].reduce((sum, k) => sum + Math.exp(at(k)), 0)) - at(label)];
  });
  return terms.reduce((a, b) => a + b) / terms.length;
}

describe('bench: the check of a training step', () => {
  const names = learned(graph);
  const STEP = 1e-6;
  let updated: Float32Array[] = [];
  before(() => {
    updated = names.map((name) => {
      const rate = RATE * defaultRate(name).lr;
      return weights
        .get(name)!
        .data.map((v, k) => v - (rate * (loss(name, k, STEP) - loss(name, k, -STEP))) / (2 * STEP));
    });
  });
  const with_ = (i: number, change: (from: number, to: number) => number) =>
    updated.map((values, j) =>
      i === j ? values.map((v, k) => change(weights.get(names[i]!)!.data[k]!, v)) : values,
    );
  const passes = (own: number, values: readonly Float32Array[]) => {
    const { error, tolerance } = checkStep(task, own, values);
    return error <= tolerance;
  };

  it('takes the right loss and update', () => {
    expect(passes(loss(), updated)).to.equal(true);
  });

  it('refuses another loss, and an update of any parameter that is off, reversed, or missing', () => {
    expect(passes(loss() * 1.001, updated)).to.equal(false);
    for (const [i, name] of names.entries()) {
      expect(
        passes(
          loss(),
          with_(i, (from, to) => from + 1.05 * (to - from)),
        ),
        name,
      ).to.equal(false);
      expect(
        passes(
          loss(),
          with_(i, (from, to) => 2 * from - to),
        ),
        name,
      ).to.equal(false);
      expect(
        passes(
          loss(),
          with_(i, (from) => from),
        ),
        name,
      ).to.equal(false);
    }
  });
});
