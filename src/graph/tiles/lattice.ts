import { equal, type Rational, rational, times } from '../../coords.js';
import { UnsupportedError } from '../../errors.js';
import type { Choosing } from '../../lower/choosing.js';
import { gcd, type Shape } from '../../shape.js';
import type { Graph } from '../builder.js';
import type { Reach, ReachContext } from '../kinds/reach.js';
import { KINDS } from '../kinds.js';
import type { Kind, Node } from '../node.js';
import { length } from './windows.js';

/** A layer's cells along one axis. */
interface Cells {
  /** Pixels from one cell to the next; null where the map is the same in every window, as a constant is. */
  readonly step: Rational | null;
  /** What they are computed from, and how; an input has neither. */
  readonly read: readonly Node[];
  readonly reach: Reach | null;
}

/** Cells [from, to) of a window's map. */
export type Range = readonly [from: number, to: number];

/** How the cells of every layer lie over the pixels along one axis. */
export interface Lattice {
  readonly axis: 0 | 1;
  readonly cells: ReadonlyMap<Node, Cells>;
  /** Windows that begin at multiples of so many pixels have cells that are cells of the whole map in every layer. */
  readonly align: number;
}

/**
 * The lattice of a graph for an image of some size.
 * @param shapes of every layer for the whole image.
 * @throws UnsupportedError that names a layer whose cells depend on the whole map or on its size.
 */
export function lattice(
  graph: Graph,
  shapes: ReadonlyMap<Node, Shape>,
  { axis, ...choosing }: Pick<ReachContext, 'axis'> & Partial<Choosing>,
): Lattice {
  const cells = new Map<Node, Cells>();
  const along = (node: Node) => length(shapes.get(node)!, axis);
  let align = 1;
  for (const node of graph.nodes) {
    if (node.kind === 'input') {
      cells.set(node, { step: rational(1), read: [], reach: null });
      continue;
    }
    const rule = KINDS[node.kind] as Kind<unknown>;
    const { reads = node.inputs.length } = rule;
    const read = node.inputs.slice(0, reads).filter((x) => cells.get(x)!.step);
    if (read.length === 0) {
      if (along(node) > 1) throw refused(node, `a constant of ${along(node)} cells, should be of one`);
      cells.set(node, { step: null, read, reach: null });
      continue;
    }
    const where = { ...choosing, axis, from: along(read[0]!), to: along(node) };
    const reach = rule.reach?.(node.attrs, where);
    if (!reach) throw refused(node, `${node.kind} depends on the whole map or on its size`);
    const from = cells.get(read[0]!)!.step!;
    const step = times(from, reach.step);
    for (const [i, x] of node.inputs.entries()) {
      const found = cells.get(x)!.step;
      const wanted = i < reads ? from : step;
      if (found && !equal(found, wanted))
        throw refused(node, `${show(found)} pixels between cells of ${x.name}, should be ${show(wanted)}`);
    }
    align = leastCommon(align, alignment(node, step, reach.group));
    cells.set(node, { step, read, reach });
  }
  return { axis, cells, align };
}

const show = ({ num, den }: Rational): string => (den === 1 ? `${num}` : `${num}/${den}`);

const refused = (node: Node, why: string) =>
  new UnsupportedError(`${node.name}: cannot run in tiles: ${why}`);

/** Pixels of which an origin must be a multiple, to fall on a multiple of `group` cells. */
function alignment(node: Node, { num, den }: Rational, group: number): number {
  const pixels = num * group;
  if (!Number.isSafeInteger(pixels)) throw refused(node, `its cells lie ${num} / ${den} pixels apart`);
  return pixels / gcd(pixels, den);
}

function leastCommon(a: number, b: number): number {
  const least = (a / gcd(a, b)) * b;
  return Number.isSafeInteger(least) ? least : Number.MAX_SAFE_INTEGER;
}

/**
 * The cells of every layer's map that see nothing but the window, so that they are those of the whole map bit for bit
 * wherever an aligned window lies. Where the window ends with the image, the cells up to that end are as well.
 * @param shapes of every layer for the window.
 */
export function inside({ axis, cells }: Lattice, shapes: ReadonlyMap<Node, Shape>): Map<Node, Range> {
  const ranges = new Map<Node, Range>();
  for (const [node, { read, reach }] of cells) {
    const all = length(shapes.get(node)!, axis);
    if (!reach) {
      ranges.set(node, [0, all]);
      continue;
    }
    const from = Math.max(...read.map((x) => ranges.get(x)![0]));
    const to = Math.min(...read.map((x) => ranges.get(x)![1]));
    ranges.set(node, [
      first(all, (cell) => reach.reads(cell)[0] >= from),
      first(all, (cell) => reach.reads(cell)[1] > to),
    ]);
  }
  return ranges;
}

/** The first of so many cells that passes a test which all later ones pass; their number where none does. */
export function first(count: number, test: (cell: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
