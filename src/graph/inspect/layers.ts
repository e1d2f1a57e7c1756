import { type AxisMap, cropOffset, toNumber } from '../../coords.js';
import { ShapeError } from '../../errors.js';
import { type Pair, type Shape, tensorBytes } from '../../shape.js';
import type { Graph } from '../builder.js';
import { inferShapes } from '../fuse.js';
import { KINDS } from '../kinds.js';
import type { Kind, Node } from '../node.js';
import { type Parameter, parameters } from '../parameters.js';

/** Where a map lies over the image along one axis, in pixels: the centre of cell i is at `scale * i + shift`. */
export interface Place {
  readonly scale: number;
  readonly shift: number;
  /** Pixels that a cell sees. */
  readonly field: number;
}

/** A layer as the graph describes it, before layers are merged to run. */
export interface LayerRow {
  readonly name: string;
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly shape: Shape;
  /** Along y and x; null where its inputs do not lie alike. */
  readonly place: readonly [y: Place, x: Place] | null;
  /** Values that it learns. */
  readonly parameters: number;
  /** FLOPs of the definition; 0 where the project counts none. */
  readonly flops: number;
  /** In f32: its map as it lies in memory, its tensors as they are stored. */
  readonly bytes: { readonly map: number; readonly weights: number };
}

/** Where a crop's offset comes from: cell 0 of the result is cell `offset` of `from` and lies on cell 0 of `like`. */
export interface CropRow {
  readonly name: string;
  readonly offset: Pair;
  /** What follows from the two places; null where one is unknown, or they do not fit. */
  readonly derived: Pair | null;
  readonly from: { readonly name: string; readonly place: LayerRow['place'] };
  readonly like: { readonly name: string; readonly place: LayerRow['place'] };
}

const place = ({ scale, shift, field }: AxisMap): Place => ({
  scale: toNumber(scale),
  shift: toNumber(shift),
  field: toNumber(field),
});

/** Where a layer's map lies over the image, as numbers. */
export const placeOf = ({ coords }: Node): LayerRow['place'] =>
  coords && [place(coords[0]), place(coords[1])];

const valuesOf = (found: readonly Parameter[]): number =>
  found.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b, 1), 0);

/** Every layer of a graph for inputs of these sizes. @throws ShapeError that names the layer */
export function layerRows(graph: Graph, inputs: Readonly<Record<string, Shape>>): LayerRow[] {
  const shapes = inferShapes(graph, inputs);
  const tensors = parameters(graph);
  return graph.nodes.map((node) => {
    const rule = KINDS[node.kind] as Kind<unknown>;
    const shape = shapes.get(node)!;
    const own = tensors.filter((t) => t.node === node);
    const read = node.inputs.map((x) => shapes.get(x)!);
    return {
      name: node.name,
      kind: node.kind,
      inputs: node.inputs.map(({ name }) => name),
      shape,
      place: placeOf(node),
      parameters: valuesOf(own.filter(({ learned }) => learned)),
      flops: rule.flops?.(shape, read, node.attrs) ?? 0,
      bytes: { map: tensorBytes(shape, rule.elem ?? 'f32'), weights: 4 * valuesOf(own) },
    };
  });
}

/** Every crop of a graph, with the two maps that give its offset. */
export const cropRows = (graph: Graph): CropRow[] =>
  graph.nodes
    .filter((node): node is Node<'crop'> => node.kind === 'crop')
    .map((node) => {
      const [from, like] = node.inputs as [Node, Node];
      const ends = [from, like].map((x) => ({ name: x.name, place: placeOf(x) }));
      return {
        name: node.name,
        offset: node.attrs.offset,
        derived: derivedOffset(node.name, from, like),
        from: ends[0]!,
        like: ends[1]!,
      };
    });

function derivedOffset(name: string, from: Node, like: Node): Pair | null {
  if (!from.coords || !like.coords) return null;
  try {
    return cropOffset(name, from.coords, like.coords);
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}

/** How many layers with a filter the longest path through a graph has, and how many there are in all. */
export function filterLayers(graph: Graph): { readonly depth: number; readonly all: number } {
  const depths = new Map<Node, number>();
  let all = 0;
  for (const node of graph.nodes) {
    const own = (KINDS[node.kind] as Kind<unknown>).filter ? 1 : 0;
    depths.set(node, own + Math.max(0, ...node.inputs.map((x) => depths.get(x)!)));
    all += own;
  }
  return { depth: Math.max(0, ...depths.values()), all };
}

/** The largest of a number over the layers and axes that have a place. */
const largest = (graph: Graph, of: (axis: Place) => number): number =>
  Math.max(1, ...graph.nodes.flatMap((node) => placeOf(node)?.map(of) ?? []));

/** Pixels between the cells of a graph's coarsest map. */
export const maxStride = (graph: Graph): number => largest(graph, ({ scale }) => scale);
