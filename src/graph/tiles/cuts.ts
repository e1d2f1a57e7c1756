import { ShapeError } from '../../errors.js';
import type { Choosing } from '../../lower/choosing.js';
import type { Pair, Shape } from '../../shape.js';
import type { ReachContext } from '../kinds/reach.js';
import type { Node } from '../node.js';
import { inside, type Lattice, lattice } from './lattice.js';
import { length, type Windows } from './windows.js';

/** What one window gives of an output along one axis, in cells. */
export interface Part {
  /** Where it begins in the whole map. */
  readonly at: number;
  /** Where it begins in the window's map. */
  readonly from: number;
  readonly length: number;
}

/** One axis of the image in windows of one length. */
export interface Cut {
  /** Pixels of a window. */
  readonly window: number;
  /** The first pixel of each. */
  readonly origins: readonly number[];
  /** They are multiples of so many pixels. */
  readonly align: number;
  /** Pixels that neighbours share at least. */
  readonly overlap: number;
  /** Of each output by name, the part that each window gives: they follow one another and make up the whole. */
  readonly parts: Readonly<Record<string, readonly Part[]>>;
}

/** The whole axis as one window, which any graph allows. */
export function uncut(axis: 0 | 1, { graph, image, whole }: Windows): Cut {
  const parts = [...graph.outputs].map(([name, node]) => {
    return [name, [{ at: 0, from: 0, length: length(whole.get(node)!, axis) }]] as const;
  });
  return { window: image[axis], origins: [0], align: 1, overlap: 0, parts: Object.fromEntries(parts) };
}

/**
 * The axis in windows of one length that differs from the whole by a multiple of the alignment, so that the last one is
 * aligned as well. Null where such windows would share more than they have.
 */
function cutInto(over: Lattice, windows: Windows, window: number): Cut | null {
  const { axis, align, cells } = over;
  const { graph, image, whole } = windows;
  const size: Pair = axis === 0 ? [window, image[1]] : [image[0], window];
  let shapes: ReadonlyMap<Node, Shape>;
  try {
    shapes = windows.shapes(size);
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
  const ranges = inside(over, shapes);
  const last = image[axis] - window;
  const outputs = [...graph.outputs].map(([name, node]) => {
    const [from, to] = ranges.get(node)!;
    return { name, from, to, step: cells.get(node)!.step, all: length(whole.get(node)!, axis) };
  });
  // Cells of a map that is the same in every window need no window of their own.
  const reached = outputs.map(({ from, to, step }) => (step ? ((to - from) * step.num) / step.den : last));
  const most = Math.floor(Math.min(...reached) / align) * align;
  if (most <= 0) return null;

  const count = 1 + Math.ceil(last / most);
  const origins = Array.from({ length: count }, (_, i) => Math.min(i * most, last));
  const parts = outputs.map(({ name, to, step, all }) => {
    let at = 0;
    const given = origins.map((origin, i): Part => {
      const first = step ? (origin * step.den) / step.num : 0;
      const end = !step || i === count - 1 ? all : first + to;
      const part = { at, from: at - first, length: end - at };
      at = end;
      return part;
    });
    return [name, given] as const;
  });
  return { window, origins, align, overlap: window - most, parts: Object.fromEntries(parts) };
}

/**
 * The ways to cut an axis: uncut, and the shortest windows for each number of windows.
 * @param most pixels of a window: then there is one way, with the longest such windows.
 * @throws UnsupportedError as `lattice`; ShapeError where windows of `most` pixels share more than they have.
 */
export function cuts(
  windows: Windows,
  where: Pick<ReachContext, 'axis'> & Partial<Choosing>,
  most?: number,
): Cut[] {
  const { axis } = where;
  const pixels = windows.image[axis];
  if (most !== undefined && most >= pixels) return [uncut(axis, windows)];
  const over = lattice(windows.graph, windows.whole, where);
  const found = new Map<number, Cut>();
  for (let window = pixels - over.align; window > 0; window -= over.align) {
    const cut = cutInto(over, windows, window);
    if (!cut) break;
    if (most !== undefined && window <= most) return [cut];
    found.set(cut.origins.length, cut);
  }
  const all = [uncut(axis, windows), ...found.values()];
  if (most === undefined) return all;
  const least = all.at(-1)!.window;
  throw new ShapeError(
    `${windows.graph.name}: windows of ${most} ${['rows', 'columns'][axis]}, should be at least ${least}: they share what the layers read, and begin at multiples of ${over.align}`,
  );
}
