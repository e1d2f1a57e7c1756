import { confusion, downloadConfusion } from '../engine/operators.js';
import { type Pixels, uploadPixels } from '../engine/pixels.js';
import { free, type Tensor } from '../engine/tensor.js';
import { ShapeError } from '../errors.js';
import type { Graph } from '../graph/builder.js';
import type { Net } from '../graph/net.js';
import type { HostTensor } from '../graph/net_options.js';
import type { Confusion } from '../metrics/confusion.js';
import { batchOf, type Example, labelName } from './example.js';

/** A head of a data set, and which of a net's outputs predicts it. */
export interface HeadOf {
  readonly suffix: string;
  readonly classes: number;
  readonly ignore: number;
}

/** The output of a net that predicts a head: the only one, or that whose name ends so. @throws ShapeError */
export function outputOf(graph: Pick<Graph, 'name' | 'outputs'>, suffix: string): string {
  const names = [...graph.outputs.keys()];
  const found = suffix === '' && names.length === 1 ? names[0] : names.find((name) => name.endsWith(suffix));
  if (found === undefined || (suffix === '' && names.length > 1))
    throw new ShapeError(
      `${graph.name}: outputs ${names.join(', ')}, should have one ${suffix ? `that ends in ${suffix}` : 'alone'}`,
    );
  return found;
}

export interface EvaluateOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Runs a net on examples, one by one, and counts each pixel's label beside its true one, on the GPU.
 * @returns a confusion of each head, over all examples
 */
export async function evaluate(
  net: Net,
  { count, load }: { readonly count: number; load(i: number): Promise<Example> },
  heads: readonly HeadOf[],
  { signal, onProgress }: EvaluateOptions = {},
): Promise<Confusion[]> {
  const { engine, graph } = net;
  const counts: (Pixels | undefined)[] = heads.map(() => undefined);
  const outputs = heads.map(({ suffix }) => outputOf(graph, suffix));
  try {
    for (let i = 0; i < count; i++) {
      signal?.throwIfAborted();
      const batch = batchOf([await load(i)]);
      const inputs = Object.fromEntries(graph.inputs.map(({ name }) => [name, batch[name] as HostTensor]));
      const made = (await net.run(inputs, signal ? { signal } : {})).outputs;
      for (const [k, { suffix, classes, ignore }] of heads.entries()) {
        const truth = batch[labelName(suffix)] as HostTensor;
        const { h, w } = truth.shape;
        const labels = uploadPixels(engine, Uint32Array.from(truth.data), { h, w }, 'labels');
        const add = counts[k] !== undefined;
        const scores = made[outputs[k]!] as Tensor;
        counts[k] = confusion(engine, labels, scores, { classes, ignore, add }, counts[k]);
        labels.buffer.destroy();
      }
      free(...(Object.values(made) as Tensor[]));
      onProgress?.(i + 1, count);
    }
    return await Promise.all(counts.map((pixels) => downloadConfusion(engine, pixels!)));
  } finally {
    for (const pixels of counts) pixels?.buffer.destroy();
  }
}
