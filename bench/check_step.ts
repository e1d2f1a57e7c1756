// Whether a step of training is right: its loss, and what it does to every parameter.
import type { Graph } from '../src/graph/builder.js';
import { parameters } from '../src/graph/parameters.js';
import { defaultRate } from '../src/train/solver.js';
import type { Weights } from '../src/weights/weights.js';
import { runGraph } from '../test/reference/graph.js';
import type { Check } from './check.js';
import { IGNORE, type NetTask } from './task.js';

/** The solver's rate in a step. */
export const RATE = 1e-3;

const LOSS_TOLERANCE = 1e-4;
/** An update is a difference of weights in f32, which loses digits. */
const UPDATE_TOLERANCE = 1e-3;
/** The share of the loss by which moving all parameters should lower it: far from where maxima change hands. */
const DROP = 1e-6;

/** The parameters that a step changes by their gradients, in the graph's order. */
export const learned = (graph: Graph): string[] =>
  parameters(graph)
    .map(({ name }) => name)
    .filter((name) => !/\.running_(mean|var)$/.test(name));

/** The mean of -log p of each pixel's label, in float64. */
function lossOf({ graph, shape, x: data, labels }: NetTask, weights: Weights): number {
  const inputs = { [graph.inputs[0]!.name]: { shape, data } };
  const maps = runGraph(graph, weights, inputs, { training: true });
  const scores = maps.get([...graph.outputs.values()][0]!.name)!;
  const { c, h, w } = scores.shape;
  let [sum, count] = [0, 0];
  for (const [i, label] of labels.entries()) {
    if (label === IGNORE) continue;
    const at = (k: number) => scores.data[(Math.floor(i / (h * w)) * c + k) * h * w + (i % (h * w))]!;
    const most = Math.max(...Array.from({ length: c }, (_, k) => at(k)));
    const total = Array.from({ length: c }, (_, k) => Math.exp(at(k) - most)).reduce((a, b) => a + b);
    sum += Math.log(total) + most - at(label);
    count++;
  }
  return sum / count;
}

/**
 * Holds the first step of SGD against the float64 twin. Its update is the gradient times the rate, so that going on by
 * so much along each parameter's, until it alone lowers the loss by an equal share of `DROP`, must lower it by that
 * altogether: one more forward pass of the twin sees a wrong update of any parameter.
 * @param loss the loss of the step
 * @param updated the `learned` parameters after it
 */
export function checkStep(task: NetTask, loss: number, updated: readonly ArrayLike<number>[]): Check {
  const wanted = lossOf(task, task.weights);
  const names = learned(task.graph);
  const share = (DROP * wanted) / names.length;
  const moved: Weights = new Map(task.weights);
  for (const [i, name] of names.entries()) {
    const { dims, data } = task.weights.get(name)!;
    const rate = RATE * defaultRate(name).lr;
    const gradient = Float64Array.from(data, (v, k) => (v - updated[i]![k]!) / rate);
    const square = gradient.reduce((sum, v) => sum + v * v, 0);
    const to = gradient.map((v, k) => data[k]! - (share / square) * v);
    // The twin computes with what it is given, in float64.
    moved.set(name, { dims, data: to as unknown as Float32Array });
  }
  const drop = wanted - lossOf(task, moved);
  const checks = [
    { error: Math.abs(loss - wanted) / wanted, tolerance: LOSS_TOLERANCE, against: 'loss in float64' },
    {
      error: Math.abs(drop / (share * names.length) - 1),
      tolerance: UPDATE_TOLERANCE,
      against: 'derivative in float64',
    },
  ];
  return checks.find(({ error, tolerance }) => !(error <= tolerance)) ?? checks[1]!;
}
