import type { Graph } from '../../graph/builder.js';
import { parameters } from '../../graph/parameters.js';
import { convolutionalise, rewrite } from '../../graph/rewrite.js';
import type { Weights } from '../weights.js';
import type { CaffeModel } from './caffemodel.js';
import type { CaffeDims } from './data.js';
import { Importer } from './importer.js';
import type { CaffeNet } from './net.js';
import type { Target } from './target.js';
import type { CaffeTraining } from './training.js';

/** How to read a net's inputs and inner products. */
export interface CaffeImportOptions {
  /**
   * Sizes of inputs by name, [N, C, H, W] for images, where the net gives none or others are wanted; null
   * leaves one free.
   */
  readonly inputs?: Readonly<Record<string, CaffeDims>>;
  /**
   * Keeps inner products, so that the net runs at its deployed size only. By default each becomes the
   * convolution with the same numbers, and the net runs on any image.
   */
  readonly classifier?: boolean;
}

/** A Caffe net as a graph with its weights. */
export interface CaffeImport {
  /**
   * Layers keep their names. The outputs are the blobs that no layer reads but losses, under the blobs'
   * names. Inputs are of free size unless a layer needs the deployed one, as a Reshape does.
   */
  readonly graph: Graph;
  /** Empty without a caffemodel, but for constants of the net's own. */
  readonly weights: Weights;
  /** Layers that do nothing when a net runs, by name: data, losses, dropouts, changes of sizes alone. */
  readonly skipped: readonly { readonly name: string; readonly type: string }[];
  /** What training needs beside the graph. */
  readonly training: CaffeTraining;
}

/**
 * Turns a net, with the numbers of a caffemodel that it matches by layer name, into a graph.
 * @throws UnsupportedError that lists each layer that does not run with its type; WeightsError where the file
 * lacks a layer or holds another size; ShapeError where sizes do not fit; LimitError for a net that would
 * need more numbers than it has.
 */
export function importCaffe(
  net: CaffeNet,
  model: CaffeModel | null,
  options: CaffeImportOptions = {},
): CaffeImport {
  const { to, skipped, heads, dropouts, rates, fillers } = new Importer(net, model, options);
  const graph = freed(to, options.classifier ?? false);
  const tensors = new Set(parameters(graph).map(({ name }) => name));
  const known = <T>(map: ReadonlyMap<string, T>) => new Map([...map].filter(([name]) => tensors.has(name)));
  const training = { heads, dropouts, rates: known(rates), fillers: known(fillers) };
  return { graph, weights: to.weights, skipped, training };
}

/** The graph with inputs as free as its layers allow. */
function freed({ graph, holdsSize, holdsImages }: Target, classifier: boolean): Graph {
  if (holdsImages) return graph;
  const keeps = holdsSize || (classifier && graph.nodes.some((node) => node.kind === 'inner_product'));
  if (!keeps) return convolutionalise(graph);
  return rewrite(graph, (made, node, inputs) =>
    node.kind === 'input'
      ? made.input(node.name, node.channels, node.size)
      : made.add(node.kind, node.name, inputs, node.attrs),
  );
}
