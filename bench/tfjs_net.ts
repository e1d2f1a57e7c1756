import { inferShapes } from '../src/graph/fuse.js';
import type { Node } from '../src/graph/node.js';
import { bilinearFilter } from '../src/lower/bilinear.js';
import { pair, type Shape } from '../src/shape.js';
import type { Layer } from '../test/cases/layer.js';
import { Unsupported } from './contender.js';
import type { NetTask } from './task.js';
import type { Tensor, Tf } from './tfjs.js';
import { tfjsCall } from './tfjs_layer.js';
import type { Call } from './tfjs_maps.js';

/** A net as a call, and the size of its output. */
export interface TfjsNet extends Call {
  readonly y: Shape;
}

const is = <K extends Node['kind']>(node: Node, kind: K): node is Node<K> => node.kind === kind;

/** The same window of bilinear weights for each channel. */
function bilinear(channels: number, kernel: number): Float32Array {
  const line = bilinearFilter(kernel);
  const taps = kernel * kernel;
  return Float32Array.from(
    { length: channels * taps },
    (_, i) => line[Math.floor((i % taps) / kernel)]! * line[i % kernel]!,
  );
}

/** A layer with one map in, as the benchmark of layers has it; null for those that are written out below. */
function layerOf(node: Node, x: Shape, y: Shape): Layer | null {
  if (is(node, 'conv2d')) return { op: 'conv2d', x, y, w: node.attrs.filter, options: node.attrs.options };
  if (is(node, 'lrn')) return { op: 'lrn', x, y, options: node.attrs };
  if (is(node, 'crop')) return { op: 'crop', x, y, offset: node.attrs.offset };
  if (is(node, 'max_pool')) return { op: 'max_pool', x, y, options: node.attrs, winner: false };
  if (is(node, 'upsample')) {
    const { options } = node.attrs;
    const kernel = pair(options.kernel);
    const w = { in: x.c, out: x.c, kernel, groups: x.c, transposed: true };
    return { op: 'conv_transpose2d', x, y, w, options, filter: () => bilinear(x.c, kernel[0]) };
  }
  return null;
}

/** A net of the paper as TensorFlow.js runs it, channels last, layer by layer as the graph is written. */
export function tfjsNet(tf: Tf, { graph, weights, shape }: NetTask): TfjsNet {
  const shapes = inferShapes(graph, { [graph.inputs[0]!.name]: shape });
  const kept: Tensor[] = [];
  const steps = graph.nodes
    .filter((node) => node.kind !== 'input')
    .map((node) => ({ node, run: stepOf(tf, node, shapes, weights, kept) }));
  const output = [...graph.outputs.values()][0]!;
  return {
    y: shapes.get(output)!,
    kept,
    run(x) {
      const maps = new Map<Node, Tensor>([[graph.inputs[0]!, x]]);
      for (const { node, run } of steps) maps.set(node, run(node.inputs.map((from) => maps.get(from)!)));
      return maps.get(output)!;
    },
  };
}

function stepOf(
  tf: Tf,
  node: Node,
  shapes: ReadonlyMap<Node, Shape>,
  weights: NetTask['weights'],
  kept: Tensor[],
): (inputs: readonly Tensor[]) => Tensor {
  const y = shapes.get(node)!;
  const layer = layerOf(node, shapes.get(node.inputs[0]!)!, y);
  if (layer) {
    const [w, b] = ['weight', 'bias'].map((part) => weights.get(`${node.name}.${part}`)?.data);
    const call = tfjsCall(tf, layer, { ...(w && { w }), ...(b && { b }) });
    kept.push(...call.kept);
    return ([x]) => call.run(x!);
  }
  if (is(node, 'sum')) return (xs) => xs.reduce((a, b) => tf.add(a, b));
  if (is(node, 'concat')) return (xs) => tf.concat(xs, 3);
  if (is(node, 'activation') && node.attrs.kind === 'relu') return ([x]) => tf.relu(x!);
  if (is(node, 'batch_norm')) {
    const [weight, bias, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
      (part) => weights.get(`${node.name}.${part}`)!.data,
    );
    const [m, v, b, g] = [mean, variance, bias, weight].map((data) => tf.tensor(data!, [y.c]));
    kept.push(m!, v!, b!, g!);
    return ([x]) => tf.batchNorm(x!, m!, v!, b!, g!, node.attrs.epsilon);
  }
  throw new Unsupported(`not compared: ${node.name}, a ${node.kind}`);
}
