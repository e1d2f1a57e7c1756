import { ShapeError } from '../errors.js';
import { backward } from '../graph/backward.js';
import type { Graph } from '../graph/builder.js';
import type { Node } from '../graph/node.js';
import { type Recompute, recomputed } from '../graph/recompute.js';
import { upTo } from '../graph/rewrite.js';
import {
  batchMean,
  batchVariance,
  counterOf,
  type GivenParameter,
  type TrainableOptions,
  trainable,
} from '../graph/trainable.js';
import type { LossGradientOptions } from '../ops/softmax_loss.js';

/** A loss over the scores of one output. */
export interface Head extends Omit<LossGradientOptions, 'stream' | 'ignore'> {
  /** The output with the scores, [N, classes, H, W]. */
  readonly output: string;
  /** The name under which its labels are given; `label` by default. */
  readonly label?: string;
  /** Pixels of this label do not count; 255 by default, null where all do. */
  readonly ignore?: number | null;
}

/** What a training graph is made of. */
export interface TrainingGraphOptions extends TrainableOptions {
  readonly heads: readonly Head[];
  /** `blocks` takes less memory and up to half as much work again; losses and gradients have the same bits. */
  readonly recompute?: Recompute | undefined;
}

/**
 * A graph that computes losses and gradients. Its inputs are those of the net, the labels of each head, the
 * tensors of `given`, and `COUNTER` where random numbers are drawn.
 */
export interface TrainingGraph {
  readonly graph: Graph;
  readonly given: ReadonlyMap<string, GivenParameter>;
  readonly heads: readonly Required<Pick<Head, 'output' | 'label' | 'normalization' | 'scale'>>[];
  /** Tensors that have a gradient, each with the output that is it. */
  readonly gradients: ReadonlyMap<string, string>;
  /** Batch norms whose statistics, `batchMean` and `batchVariance`, are among the outputs. */
  readonly norms: readonly string[];
}

/** The output with the sums of a head's loss. */
export const lossOutput = (head: string): string => `loss of ${head}`;

/** The output with the gradient of a tensor. */
export const gradientOutput = (parameter: string): string => `gradient of ${parameter}`;

/**
 * The net with losses behind it, and the gradient of their sum with respect to all that learns.
 * @throws ShapeError for a head without its output; UnsupportedError where a layer has no gradient
 */
export function trainingGraph(net: Graph, o: TrainingGraphOptions): TrainingGraph {
  const { graph, given, norms } = trainable(net, o);
  const outputs = new Map(graph.outputs);
  const labels = new Map<string, Node>();
  const seeds = new Map<Node, Node>();
  const sums = new Map<string, Node>();
  const heads = o.heads.map((head, stream) => {
    const { output, label = 'label', ignore = 255, ...rest } = head;
    const scores = outputs.get(output);
    if (!scores || sums.has(output))
      throw new ShapeError(
        `${net.name}: a head on '${output}', should be on an output of its own: ${[...outputs.keys()].join(', ')}`,
      );
    let given = labels.get(label);
    if (!given) labels.set(label, (given = graph.input(label, 1)));
    const options = { ...rest, ignore, stream };
    const counter = (head.keep ?? 1) === 1 ? [] : [counterOf(graph)];
    const cells = graph.add('softmax_loss', `${output} loss`, [scores, given, ...counter], options);
    const totals = graph.add('reduce', lossOutput(output), [cells], { op: 'sum', axes: ['w', 'h', 'n'] });
    sums.set(output, totals);
    const inputs = [scores, given, totals, ...counter];
    seeds.set(scores, graph.add('softmax_loss_gradient', `${output} dy`, inputs, options));
    return { output, label, normalization: head.normalization, scale: head.scale ?? 1 };
  });

  const forward = graph.nodes;
  const wanted = new Map<Node, string>();
  for (const [name, { learns }] of given) if (learns) wanted.set(graph.node(name), name);
  const found = backward(graph, seeds, new Set(wanted.keys()));
  const gradients = new Map<string, string>();
  const results = new Map([...sums].map(([output, totals]) => [lossOutput(output), totals]));
  for (const [node, d] of found) {
    const parameter = wanted.get(node)!;
    gradients.set(parameter, gradientOutput(parameter));
    results.set(gradientOutput(parameter), d);
  }
  // Layers that no loss depends on are left out, with their tensors and statistics.
  const needed = upTo(graph, results);
  const kept = norms.filter((norm) => needed.has(norm));
  for (const norm of kept)
    for (const name of [batchMean(norm), batchVariance(norm)]) results.set(name, graph.node(name));
  const used = upTo(graph, results);
  const pass = forward.filter(({ name }) => used.has(name)).map(({ name }) => used.node(name));
  return {
    graph: o.recompute === 'blocks' ? recomputed(used, used.outputs, pass) : used,
    given: new Map([...given].filter(([name]) => needed.has(name))),
    heads,
    gradients,
    norms: kept,
  };
}
