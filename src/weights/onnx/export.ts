import { UnsupportedError } from '../../errors.js';
import type { Graph } from '../../graph/builder.js';
import type { Node } from '../../graph/node.js';
import { rewrite } from '../../graph/rewrite.js';
import type { Shape } from '../../shape.js';
import { joined } from '../safetensors_write.js';
import type { Weights } from '../weights.js';
import { Exporter, LayerExport, OPSETS } from './export/exporter.js';
import { modelParts, type WrittenInfo } from './export/file.js';
import { EXPORTERS } from './export/index.js';

/** How to write a model. */
export interface OnnxExportOptions {
  /** Version of ONNX's operators, 17 to 22; the lowest that has all that the graph needs, by default. */
  readonly opset?: number;
  /** Sizes of inputs by name, where the model is to run no others; the graph's own, fixed or free, by default. */
  readonly sizes?: Readonly<Record<string, Pick<Shape, 'n' | 'h' | 'w'>>>;
  /** Texts that go along, by key. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/**
 * A graph and its weights as an ONNX model, in parts: standard operators on tensors [n, c, h, w] of floats,
 * in inference form. Filters are views of the weights, so that they are in memory once. Inputs and outputs
 * have the graph's names; free sizes are the symbols N, H and W.
 * @throws UnsupportedError that lists every layer that ONNX cannot say; WeightsError for weights that are not those of the graph;
 * ShapeError for sizes that do not run; LimitError beyond 2 GiB
 */
export function exportOnnxParts(
  graph: Graph,
  weights: Weights,
  o: OnnxExportOptions = {},
): Generator<Uint8Array<ArrayBuffer>> {
  const [least, most] = OPSETS;
  const { opset, sizes = {}, metadata = new Map() } = o;
  if (opset !== undefined && !(Number.isSafeInteger(opset) && opset >= least && opset <= most))
    throw new UnsupportedError(`onnx: opset ${opset}, should be from ${least} to ${most}`);
  const sized = withSizes(graph, sizes);
  const first = exported(sized, weights, opset ?? least);
  const { needed } = first;
  if (opset !== undefined && needed > opset)
    throw new UnsupportedError(`${graph.name}: opset ${opset}, its layers need ${needed}`);
  const { nodes, tensors } = needed > first.opset ? exported(sized, weights, needed) : first;
  const inputs = sized.inputs.map((node) =>
    inputInfo(node, sized.inputs.length === 1 ? '' : `:${node.name}`),
  );
  const outputs = [...sized.outputs].map(([name, node]) => infoOf(name, node));
  return modelParts({
    name: graph.name,
    opset: Math.max(needed, opset ?? least),
    nodes,
    tensors,
    inputs,
    outputs,
    metadata,
  });
}

/** A graph and its weights as the bytes of an ONNX model. See `exportOnnxParts`. */
export const exportOnnx = (
  graph: Graph,
  weights: Weights,
  options?: OnnxExportOptions,
): Uint8Array<ArrayBuffer> => joined([...exportOnnxParts(graph, weights, options)]);

function withSizes(graph: Graph, sizes: NonNullable<OnnxExportOptions['sizes']>): Graph {
  for (const name of Object.keys(sizes))
    if (!graph.inputs.some((input) => input.name === name))
      throw new UnsupportedError(`${graph.name}: sizes of '${name}', which is no input`);
  return rewrite(graph, (made, node, inputs) => {
    const size = node.kind === 'input' ? sizes[node.name] : undefined;
    return size
      ? made.input(node.name, node.channels, [size.h, size.w], size.n)
      : made.add(node.kind, node.name, inputs, node.attrs);
  });
}

/** Every layer that an output needs, as operators. */
function exported(graph: Graph, weights: Weights, opset: number): Exporter {
  const to = new Exporter(weights, opset);
  const live = new Set<Node>(graph.outputs.values());
  for (const node of graph.nodes.toReversed()) if (live.has(node)) for (const x of node.inputs) live.add(x);
  for (const { name } of graph.inputs) to.free(name);
  const outputs = new Map([...graph.outputs].map(([name, node]) => [node, name]));
  const missed: string[] = [];
  for (const name of outputs.values())
    if (to.free(name) !== name) missed.push(`output '${name}' has the name of an input, ONNX wants another`);
  const values = new Map<Node, string>();
  for (const node of graph.nodes.filter((n) => live.has(n)))
    try {
      values.set(node, node.kind === 'input' ? node.name : written(to, node, values, outputs.get(node)));
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      missed.push(error.message);
      values.set(node, node.name);
    }
  if (missed.length > 0)
    throw new UnsupportedError(`${graph.name}: cannot be an ONNX model:\n${missed.join('\n')}`);
  return to;
}

/** The name of the layer's value. */
function written(
  to: Exporter,
  node: Node,
  values: ReadonlyMap<Node, string>,
  output: string | undefined,
): string {
  const layer = new LayerExport(
    to,
    node,
    node.inputs.map((x) => values.get(x)!),
  );
  const write = (EXPORTERS as Record<string, unknown>)[node.kind] as
    | ((e: LayerExport, attrs: unknown) => string)
    | undefined;
  if (!write) return layer.unsupported('a layer that training adds, should be one of a net');
  return settled(layer, write(layer, node.attrs), output);
}

/** The layer's value under its name: an output's own, else the layer's where it made one. */
function settled(layer: LayerExport, value: string, output: string | undefined): string {
  if (output === undefined) {
    const name = layer.to.free(layer.node.name);
    return layer.named(value, name) ? name : value;
  }
  if (!layer.named(value, output)) layer.named(layer.add('Identity', [value]), output);
  return output;
}

/** What is free gets a symbol, with the input's name behind it where there are several. */
function inputInfo(node: Node, suffix: string): WrittenInfo {
  const { batch, channels, size } = node;
  const [h, w] = size ?? [`H${suffix}`, `W${suffix}`];
  return { name: node.name, dims: [batch ?? `N${suffix}`, channels, h, w] };
}

function infoOf(name: string, { batch, channels, size }: Node): WrittenInfo {
  return { name, dims: [batch, channels, size?.[0] ?? null, size?.[1] ?? null] };
}
