import type { Graph } from '../../src/graph/builder.js';
import type { Node } from '../../src/graph/node.js';
import { bilinearFilter } from '../../src/lower/bilinear.js';
import { conv2dWindow } from '../../src/ops/conv2d.js';
import { pair } from '../../src/shape.js';
import type { Weights } from '../../src/weights/weights.js';

/** What is used here of TensorFlow.js to train. */
export interface T {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}
type Sizes = readonly number[];
export interface TrainingTf {
  tensor(values: Float32Array, shape: Sizes): T;
  variable(value: T, trainable: boolean, name: string): T;
  pad(x: T, pads: readonly Sizes[]): T;
  conv2d(x: T, w: T, strides: Sizes, pad: 'valid'): T;
  conv2dTranspose(x: T, w: T, shape: Sizes, strides: Sizes, pad: 'valid'): T;
  maxPool(x: T, window: Sizes, strides: Sizes, pad: 'same'): T;
  add(a: T, b: T): T;
  relu(x: T): T;
  slice(x: T, begin: Sizes, size: Sizes): T;
  logSoftmax(x: T, axis: number): T;
  mul(a: T, b: T): T;
  sum(x: T): T;
  readonly train: { momentum(rate: number, momentum: number): { minimize(f: () => T, returnCost: true): T } };
}

/** [out, in, kh, kw] as [kh, kw, in, out]. */
function lastAxes(data: Float32Array, [out = 0, inputs = 0, kh = 0, kw = 0]: Sizes): Float32Array {
  const made = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const tap = i % (kh * kw);
    const c = Math.floor(i / (kh * kw)) % inputs;
    const o = Math.floor(i / (kh * kw * inputs));
    made[(tap * inputs + c) * out + o] = data[i]!;
  }
  return made;
}

const is = <K extends Node['kind']>(node: Node, kind: K): node is Node<K> => node.kind === kind;

/**
 * A net of convolutions, 2x2 pools, one fixed upsampling and a crop, as TensorFlow.js trains it: channels last, the
 * multinomial loss over pixels divided by `count`, SGD with momentum.
 * @param target one-hot labels [n, h, w, classes], all zero where a pixel does not count
 * @returns a step, which resolves with nothing: its cost is a tensor
 */
export function tfjsStep(
  tf: TrainingTf,
  graph: Graph,
  weights: Weights,
  { x, target, count, rate, momentum }: { x: T; target: T; count: number; rate: number; momentum: number },
): () => T {
  const variables = new Map<string, T>();
  for (const [name, { dims, data }] of weights) {
    const [out = 0, inputs = 0, kh = 0, kw = 0] = dims;
    const value =
      dims.length === 4 ? tf.tensor(lastAxes(data, dims), [kh, kw, inputs, out]) : tf.tensor(data, dims);
    variables.set(name, tf.variable(value, true, `${name} ${Math.random()}`));
  }
  const filters = new Map<Node, T>();
  const layer = (node: Node, [from, like]: readonly T[]): T => {
    if (is(node, 'conv2d')) {
      const { filter, options, bias } = node.attrs;
      const { pad, stride } = conv2dWindow(filter, options);
      const [top, left, bottom, right] = pad;
      const padded = pad.some((p) => p > 0)
        ? tf.pad(from!, [
            [0, 0],
            [top, bottom],
            [left, right],
            [0, 0],
          ])
        : from!;
      const y = tf.conv2d(padded, variables.get(`${node.name}.weight`)!, stride, 'valid');
      const sum = bias ? tf.add(y, variables.get(`${node.name}.bias`)!) : y;
      return options.relu ? tf.relu(sum) : sum;
    }
    if (is(node, 'max_pool')) return tf.maxPool(from!, [2, 2], [2, 2], 'same');
    if (is(node, 'upsample')) {
      const [kernel, stride] = [pair(node.attrs.options.kernel)[0], pair(node.attrs.options.stride ?? 1)[0]];
      const [n = 0, h = 0, w = 0, c = 0] = from!.shape;
      const size = (cells: number) => stride * (cells - 1) + kernel;
      return tf.conv2dTranspose(
        from!,
        filters.get(node)!,
        [n, size(h), size(w), c],
        [stride, stride],
        'valid',
      );
    }
    if (is(node, 'crop')) {
      const [top, left] = node.attrs.offset;
      const [n = 0, h = 0, w = 0] = like!.shape;
      return tf.slice(from!, [0, top, left, 0], [n, h, w, from!.shape[3]!]);
    }
    throw new Error(`${node.name}: ${node.kind} is not compared`);
  };
  for (const node of graph.nodes)
    if (is(node, 'upsample'))
      filters.set(node, diagonal(tf, node.channels, pair(node.attrs.options.kernel)[0]));
  const optimizer = tf.train.momentum(rate, momentum);
  const loss = (): T => {
    const maps = new Map<Node, T>();
    for (const node of graph.nodes)
      maps.set(
        node,
        node.kind === 'input'
          ? x
          : layer(
              node,
              node.inputs.map((from) => maps.get(from)!),
            ),
      );
    const scores = maps.get([...graph.outputs.values()][0]!)!;
    const scale = tf.tensor(Float32Array.of(-1 / count), []);
    return tf.mul(tf.sum(tf.mul(tf.logSoftmax(scores, 3), target)), scale);
  };
  return () => optimizer.minimize(loss, true);
}

/** The fixed bilinear filter as TensorFlow.js wants it, [k, k, channels, channels], zero off the diagonal. */
function diagonal(tf: TrainingTf, channels: number, kernel: number): T {
  const taps = bilinearFilter(kernel);
  const data = new Float32Array(kernel * kernel * channels * channels);
  for (let i = 0; i < kernel * kernel; i++)
    for (let c = 0; c < channels; c++)
      data[(i * channels + c) * channels + c] = taps[Math.floor(i / kernel)]! * taps[i % kernel]!;
  return tf.tensor(data, [kernel, kernel, channels, channels]);
}
