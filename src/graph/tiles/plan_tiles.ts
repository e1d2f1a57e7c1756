import { UnsupportedError } from '../../errors.js';
import { choosing } from '../../lower/choosing.js';
import { type Pair, pair, type Shape } from '../../shape.js';
import type { Graph } from '../builder.js';
import { type InputShapes, isShape, namedInputs, type Plan, type PlanOptions } from '../plan.js';
import type { Area } from './area.js';
import { Budget, type Fitted, type TileBytes } from './budget.js';
import { type Cut, cuts, uncut } from './cuts.js';
import { first } from './lattice.js';
import { Windows } from './windows.js';

/** How to cut an image. */
export interface TileOptions {
  /**
   * Most bytes on the device at once: weights, maps, a window of the inputs and outputs, and what carries them there and
   * back. By default as much as the limits allow.
   */
  readonly maxBytes?: number;
  /** Bytes of these that the caller takes, as for a whole image on the device. */
  readonly held?: number;
  /** Most rows and columns of a window; without it the windows are those of least work that fit. */
  readonly window?: number | Pair;
}

/** One run of the net. */
export interface Tile {
  /** The window of the image that it reads. */
  readonly window: Area;
  /** What it gives of each output, by name: where that lies in the whole map, and where in the window's. */
  readonly outputs: Readonly<Record<string, { readonly whole: Area; readonly window: Area }>>;
}

/** An image in tiles, as data. */
export interface TilePlan {
  /** From left to right and then down. */
  readonly tiles: readonly Tile[];
  /** Rows and columns of every window. */
  readonly window: Pair;
  /** Windows begin at multiples of so many pixels, where cells and Winograd tiles of the whole begin in every layer. */
  readonly align: Pair;
  /** Least pixels that neighbours share; 0 along an axis that is not cut. */
  readonly overlap: Pair;
  /** Sizes of the whole outputs by name. */
  readonly outputs: Readonly<Record<string, Shape>>;
  /** What runs for each tile. */
  readonly plan: Plan;
  /** Of all tiles. */
  readonly flops: number;
  readonly bytes: TileBytes;
}

/**
 * Plans an image of any size in tiles: runs of the net on windows of the image, whose outputs put together are those of a
 * run on the whole, bit for bit. How far windows overlap follows from what each layer reads. All are of one size, so that
 * one set of buffers serves them. The image stays whole where that fits.
 *
 * @throws LimitError where not even the smallest windows fit; UnsupportedError that names a layer which depends on the
 * whole map, where the whole does not fit; ShapeError for a `window` of fewer pixels than neighbours share.
 */
export function planTiles(graph: Graph, inputs: InputShapes, o: PlanOptions & TileOptions = {}): TilePlan {
  const { maxBytes = Number.POSITIVE_INFINITY, held = 0 } = o;
  const windows = new Windows(graph, namedInputs(graph, inputs, isShape));
  const budget = new Budget(graph, windows, o, maxBytes, held);
  const whole = o.window === undefined ? budget.fit(windows.image) : null;
  if (whole) return tilePlan(windows, [uncut(0, windows), uncut(1, windows)], whole);

  let refusal: UnsupportedError | null = null;
  const along = (axis: 0 | 1): Cut[] => {
    try {
      return cuts(
        windows,
        { ...choosing(o), axis },
        o.window === undefined ? o.window : pair(o.window)[axis],
      );
    } catch (error) {
      if (!(error instanceof UnsupportedError) || o.window !== undefined) throw error;
      refusal = error;
      return [uncut(axis, windows)];
    }
  };
  const all = [along(0), along(1)] as const;
  const [h, w] = all.map((cutsOf) => cutsOf.at(-1)!.window) as [number, number];
  // Windows that do not even fit with the shortest of the other axis need not be tried with longer ones.
  const rows = all[0].slice(first(all[0].length, (i) => budget.fit([all[0][i]!.window, w]) !== null));
  const columns = all[1].slice(first(all[1].length, (i) => budget.fit([h, all[1][i]!.window]) !== null));
  const ways = rows.flatMap((y) => columns.map((x) => [y, x] as const));
  const work = ([y, x]: readonly [Cut, Cut]) => y.origins.length * y.window * x.origins.length * x.window;
  for (const way of ways.sort((a, b) => work(a) - work(b))) {
    const fitted = budget.fit([way[0].window, way[1].window]);
    if (fitted) return tilePlan(windows, way, fitted);
  }
  throw refusal ?? budget.error;
}

/** The tiles of two cuts. */
function tilePlan({ graph, whole }: Windows, way: readonly [Cut, Cut], { plan, bytes }: Fitted): TilePlan {
  const [rows, columns] = way;
  const outputs = Object.fromEntries([...graph.outputs].map(([name, node]) => [name, whole.get(node)!]));
  const tiles = rows.origins.flatMap((top, i) =>
    columns.origins.map((left, j): Tile => {
      const given = Object.keys(outputs).map((name) => {
        const [y, x] = [rows.parts[name]![i]!, columns.parts[name]![j]!];
        const size = { h: y.length, w: x.length };
        return [
          name,
          { whole: { top: y.at, left: x.at, ...size }, window: { top: y.from, left: x.from, ...size } },
        ] as const;
      });
      return {
        window: { top, left, h: rows.window, w: columns.window },
        outputs: Object.fromEntries(given),
      };
    }),
  );
  const along = (key: 'window' | 'align' | 'overlap'): Pair => [rows[key], columns[key]];
  return {
    tiles,
    window: along('window'),
    align: along('align'),
    overlap: along('overlap'),
    outputs,
    plan,
    flops: tiles.length * plan.flops,
    bytes,
  };
}
