import { batchShapes } from '../../src/graph/dense/schedule.js';
import type { ShiftAndStitch } from '../../src/graph/dense/shift_and_stitch.js';
import type { Shape } from '../../src/shape.js';
import type { Weights } from '../../src/weights/weights.js';
import { runGraph } from './graph.js';
import { split, stitch } from './stitch.js';

export interface PlanarMap {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Runs a net by shifts in float64 over planar data, and returns its outputs by name. */
export function runShifts(
  shifts: ShiftAndStitch,
  weights: Weights,
  inputs: Readonly<Record<string, { shape: Shape; data: ArrayLike<number> }>>,
): Map<string, PlanarMap> {
  const maps = new Map<string, { shape: Shape; data: ArrayLike<number> }>(Object.entries(inputs));
  const shapes = Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, shape]));
  for (const stage of shifts.stages(shapes)) {
    const made = new Map<string, PlanarMap>();
    for (const [name, shape] of Object.entries(stage.writes))
      made.set(name, {
        shape,
        data: new Float64Array(shape.n * shape.c * shape.h * shape.w).fill(Number.NaN),
      });
    for (const pass of stage.passes) {
      const batches = Object.entries(batchShapes(stage, pass)).map(([name, shape]) => {
        const x = maps.get(name)!;
        return [name, { shape, data: split(x.data, x.shape, pass.read, pass.sizes[name]) }] as const;
      });
      const run = runGraph(stage.graph, weights, Object.fromEntries(batches));
      for (const [name, { shape, data }] of made) {
        const part = run.get(name)!;
        stitch(part.data, part.shape, pass.write, [shape.h, shape.w], data);
      }
    }
    for (const [name, map] of made) maps.set(name, map);
  }
  return new Map([...shifts.graph.outputs].map(([name, node]) => [name, maps.get(node.name) as PlanarMap]));
}
