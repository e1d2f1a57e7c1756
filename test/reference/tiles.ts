import type { Graph } from '../../src/graph/builder.js';
import type { Area } from '../../src/graph/tiles/area.js';
import type { TilePlan } from '../../src/graph/tiles/plan_tiles.js';
import type { Shape } from '../../src/shape.js';
import type { Weights } from '../../src/weights/weights.js';
import { runGraph } from './graph.js';
import type { PlanarMap } from './shift_and_stitch.js';

interface Planar {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** The planes of an area of a map. */
export function cut({ shape, data }: Planar, { top, left, h, w }: Area): PlanarMap {
  const size = { ...shape, h, w };
  const values = Float64Array.from({ length: shape.n * shape.c * h * w }, (_, i) => {
    const [plane, y, x] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
    return data[(plane * shape.h + top + y) * shape.w + left + x]!;
  });
  return { shape: size, data: values };
}

/** Runs a graph in float64 on every window of a plan, and puts the outputs together; cells that no tile gives are NaN. */
export function runInTiles(
  graph: Graph,
  weights: Weights,
  inputs: Readonly<Record<string, Planar>>,
  plan: TilePlan,
): Map<string, PlanarMap> {
  const made = new Map<string, PlanarMap>();
  for (const [name, shape] of Object.entries(plan.outputs))
    made.set(name, { shape, data: new Float64Array(shape.n * shape.c * shape.h * shape.w).fill(Number.NaN) });
  for (const tile of plan.tiles) {
    const windows = Object.entries(inputs).map(([name, x]) => [name, cut(x, tile.window)]);
    const maps = runGraph(graph, weights, Object.fromEntries(windows));
    for (const [name, { whole, window }] of Object.entries(tile.outputs)) {
      const part = cut(maps.get(graph.outputs.get(name)!.name)!, window);
      const { shape, data } = made.get(name)!;
      for (let row = 0; row < shape.n * shape.c * whole.h; row++) {
        const at = (Math.floor(row / whole.h) * shape.h + whole.top + (row % whole.h)) * shape.w + whole.left;
        data.set(part.data.subarray(row * whole.w, (row + 1) * whole.w), at);
      }
    }
  }
  return made;
}
