import { UnsupportedError } from '../../errors.js';
import { type Phases, splitShape } from '../../ops/stitch.js';
import { ceilDiv, type Pair, type Shape } from '../../shape.js';
import { Graph } from '../builder.js';
import { inferShapes } from '../fuse.js';
import type { Node } from '../node.js';
import { upTo } from '../rewrite.js';
import { rarefied, rarefy } from './rarefy.js';
import { type RarefyOptions, type Subsampling, subsampling } from './subsampling.js';

/** One run of a stage: some shifts of what it reads, as a batch. */
export interface Pass {
  readonly read: Phases;
  /** Height and width of each shift, by the name of the map that is read. */
  readonly sizes: Readonly<Record<string, Pair>>;
  readonly write: Phases;
}

/** A part of the coarse net, which reads whole maps at its shifts, and writes whole maps that it stitches. */
export interface Stage {
  readonly graph: Graph;
  readonly passes: readonly Pass[];
  /** Whole maps by the name of their layer. */
  readonly reads: Readonly<Record<string, Shape>>;
  readonly writes: Readonly<Record<string, Shape>>;
}

/**
 * Where images are shifted:
 * - `phases`: at each layer with a stride. Its stride becomes 1, and the layers behind it see the phases of its map
 *   one by one. Equal to the rarefied net everywhere;
 * - `images`: before the net, by multiples of the stride that stays, right and down with zeros behind (section 3.2
 *   of the paper). Equal to the rarefied net where the receptive field lies on the image: see `onImage`.
 */
export type ShiftForm = 'phases' | 'images';

/** Sizes of a pass's batches by name. */
export const batchShapes = ({ reads }: Stage, { read, sizes }: Pass): Record<string, Shape> =>
  Object.fromEntries(
    Object.entries(reads).map(([name, map]) => [name, splitShape(name, map, read, sizes[name])]),
  );

/** Names of maps that stages after number `k` read. */
export const readLater = (stages: readonly Stage[], k: number): Set<string> =>
  new Set(stages.slice(k + 1).flatMap(({ reads }) => Object.keys(reads)));

/** Pixels of all images of a pass; one shift may have more. */
const PASS_PIXELS = 2 ** 20;

/** The parts of a net between the layers whose stride is removed, in the order in which they run. */
export function stageGraphs(graph: Graph, { shares }: Subsampling): Map<Graph, Pair> {
  const stages = new Map<string, { made: Graph; factor: Pair; copies: Map<Node, Node> }>();
  for (const node of graph.nodes) {
    const { from, to, stride } = shares.get(node)!;
    if (from.some((f, i) => f > 1 && stride[i]! > 1))
      throw new UnsupportedError(
        `${node.name}: stride ${stride.join(' x ')} behind phases of ${from.join(' x ')}, should be 1; shift images instead`,
      );
    const key = from.join(' x ');
    const stage = stages.get(key) ?? {
      made: new Graph(`${graph.name}, phases of ${key}`),
      factor: from,
      copies: new Map<Node, Node>(),
    };
    stages.set(key, stage);
    const { made, copies } = stage;
    const inputs = node.inputs.map((x) => {
      const copy = copies.get(x) ?? made.input(x.name, x.channels);
      copies.set(x, copy);
      return copy;
    });
    const copy = made.add(node.kind, node.name, inputs, rarefied(node, { stride, from: [1, 1] }));
    copies.set(node, copy);
    const leaves = to.join(' x ') !== key || [...graph.outputs.values()].includes(node);
    if (leaves) made.output(copy);
  }
  return new Map([...stages.values()].map(({ made, factor }) => [made, factor]));
}

/** Ranges [from, to) of phases whose maps have the same number of cells, of maps of these sizes. */
function alike(sizes: readonly number[], factor: number): [number, number][] {
  const cuts = [...new Set([0, factor, ...sizes.map((size) => size % factor)])].sort((a, b) => a - b);
  return cuts.slice(1).map((to, i) => [cuts[i]!, to]);
}

/** Phases of one size as one pass; those that give no cell are left out. */
function phasePasses(stage: Pick<Stage, 'reads' | 'writes'>, factor: Pair): Pass[] {
  const { reads, writes } = stage;
  const maps = Object.values(reads);
  const cells = (size: number, first: number, i: 0 | 1) => ceilDiv(size - first, factor[i]);
  const passes: Pass[] = [];
  for (const [top, bottom] of alike(
    maps.map((m) => m.h),
    factor[0],
  ))
    for (const [left, right] of alike(
      maps.map((m) => m.w),
      factor[1],
    )) {
      const size = ({ h, w }: Shape): Pair => [cells(h, top, 0), cells(w, left, 1)];
      const sizes = Object.fromEntries(Object.entries(reads).map(([name, map]) => [name, size(map)]));
      if (![...maps, ...Object.values(writes)].every((map) => Math.min(...size(map)) >= 1)) continue;
      const phases: Phases = { factor, first: [top, left], count: [bottom - top, right - left] };
      passes.push({ read: phases, sizes, write: phases });
    }
  return passes;
}

/** Shifted images, as many shifts of one row as make a pass of moderate size. */
function imagePasses(reads: Readonly<Record<string, Shape>>, { factor, stride }: Subsampling): Pass[] {
  const [down, right] = [(factor[0] - 1) * stride[0], (factor[1] - 1) * stride[1]];
  const maps = Object.entries(reads);
  const pixels = Math.max(...maps.map(([, { n, h, w }]) => n * (h + down) * (w + right)));
  const most = Math.min(factor[1], Math.max(1, Math.floor(PASS_PIXELS / pixels)));
  const sizes = Object.fromEntries(maps.map(([name, { h, w }]) => [name, [h + down, w + right] as const]));
  const passes: Pass[] = [];
  for (let row = 0; row < factor[0]; row++)
    for (let column = 0; column < factor[1]; column += most) {
      const count: Pair = [1, Math.min(most, factor[1] - column)];
      // The image moves by `down - row * stride` pixels: windows begin that much before it.
      const first: Pair = [row - factor[0] + 1, column - factor[1] + 1];
      passes.push({
        read: { factor: 1, count, step: stride, first: [first[0] * stride[0], first[1] * stride[1]] },
        sizes,
        write: { factor, count, first },
      });
    }
  return passes;
}

/** All stages and passes for inputs of these sizes. */
export function schedule(
  graph: Graph,
  options: RarefyOptions,
  form: ShiftForm,
  inputs: Readonly<Record<string, Shape>>,
): Stage[] {
  const needed = upTo(graph, graph.outputs);
  const parts = subsampling(needed, options);
  const shapes = new Map<string, Shape>();
  for (const [{ name }, shape] of inferShapes(rarefy(needed, options), inputs)) shapes.set(name, shape);
  const named = (nodes: Iterable<Node>) =>
    Object.fromEntries([...nodes].map(({ name }) => [name, shapes.get(name)!]));
  const ends = (stage: Graph) => ({ reads: named(stage.inputs), writes: named(stage.outputs.values()) });
  if (form === 'images') {
    const { reads, writes } = ends(needed);
    return [{ graph: needed, reads, writes, passes: imagePasses(reads, parts) }];
  }
  return [...stageGraphs(needed, parts)].map(([stage, size]) => {
    const { reads, writes } = ends(stage);
    return { graph: stage, reads, writes, passes: phasePasses({ reads, writes }, size) };
  });
}
