import { FormatError, ShapeError } from '../errors.js';
import { Graph } from './builder.js';
import { type Check, list, object, pairOf, plain, record, text, whole, word, wrong } from './forms/check.js';
import { FORMS } from './forms.js';
import type { Attrs } from './kinds.js';
import type { LayerKind, Node } from './node.js';

/** A graph as plain JSON. Numbers that JSON lacks are 'Infinity', '-Infinity' and '-0'. */
export interface GraphJson {
  readonly format: 'rarefy.graph';
  readonly version: number;
  readonly name: string;
  /** In an order in which each layer follows its inputs. */
  readonly nodes: readonly NodeJson[];
  /** Each output's name and its layer's. */
  readonly outputs: readonly (readonly [name: string, node: string])[];
}

/** One layer of a `GraphJson`. */
export interface NodeJson {
  readonly name: string;
  readonly kind: LayerKind;
  /** Names of layers. */
  readonly inputs: readonly string[];
  /** As the kind's form has them. */
  readonly attrs: unknown;
}

/** Of the format. Another version is another meaning of the same words. */
const VERSION = 1;

const MOST_LAYERS = 2 ** 14;
const MOST_OUTPUTS = 2 ** 10;
/** Height, width, channels and images of any map whose size is known from the start. */
const MOST_SIZE = 2 ** 24;

const NAME = text(2 ** 12);

const NODE = record<NodeJson>({
  name: NAME,
  kind: (value, at) =>
    typeof value === 'string' && Object.hasOwn(FORMS, value)
      ? (value as LayerKind)
      : wrong(value, at, 'a kind of layer'),
  inputs: list(NAME, 2 ** 12),
  attrs: object,
});

const GRAPH = record<GraphJson>({
  format: word({ 'rarefy.graph': true }),
  version: whole(VERSION, VERSION),
  name: NAME,
  nodes: list(NODE, MOST_LAYERS, 1),
  outputs: list(pairOf(NAME), MOST_OUTPUTS, 1),
});

/** The attributes of a layer, checked, whatever its kind. */
function attrsOf<K extends LayerKind>({
  name,
  kind,
  inputs,
  attrs,
}: NodeJson & { readonly kind: K }): Attrs[K] {
  const form = FORMS[kind];
  const [least, most] = typeof form.inputs === 'number' ? [form.inputs, form.inputs] : form.inputs;
  if (inputs.length < least || inputs.length > most)
    throw new FormatError(
      `graph: ${kind} '${name}' of ${inputs.length} inputs, should be ${least === most ? least : `${least} to ${most}`}`,
    );
  return (form.attrs as Check<Attrs[K]>)(attrs, `graph: ${kind} '${name}'`);
}

/**
 * Describes a graph, exactly, so that `graphFromJson` makes the same one.
 * @throws FormatError for attributes beyond what a file may say
 */
export function graphToJson(graph: Graph): GraphJson {
  const nodes = graph.nodes.map((node): NodeJson => {
    const { name, kind, inputs, attrs } = node;
    if (!Object.hasOwn(FORMS, kind))
      fail(`'${name}' is a ${kind}, which training adds, should be a layer of a net`);
    const json = { name, kind: kind as LayerKind, inputs: inputs.map((x) => x.name), attrs: plain(attrs) };
    return { ...json, attrs: plain(attrsOf(json)) };
  });
  const outputs = [...graph.outputs].map(([name, node]) => [name, node.name] as const);
  return GRAPH({ format: 'rarefy.graph', version: VERSION, name: graph.name, nodes, outputs }, 'graph');
}

/**
 * Makes the graph that JSON describes. The JSON may come from anywhere.
 * @throws FormatError for what is no such description; ShapeError where its layers do not fit
 */
export function graphFromJson(json: unknown): Graph {
  const { name, nodes, outputs } = GRAPH(json, 'graph');
  const graph = new Graph(name);
  const at = (reader: string, read: string): Node =>
    graph.has(read) ? graph.node(read) : fail(`${reader} reads '${read}', should be a layer before it`);
  for (const node of nodes) {
    const inputs = node.inputs.map((read) => at(`'${node.name}'`, read));
    const made = graph.add(node.kind, node.name, inputs, attrsOf(node));
    for (const size of [made.channels, made.batch ?? 1, ...(made.size ?? [])])
      if (!(size <= MOST_SIZE))
        throw new ShapeError(`${made.name}: a size of ${size}, should be at most ${MOST_SIZE}`);
  }
  for (const [output, node] of outputs) graph.output(at(`output '${output}'`, node), output);
  return graph;
}

function fail(what: string): never {
  throw new FormatError(`graph: ${what}`);
}
