import { type Phases, splitShape, stitchShape } from '../../src/ops/stitch.js';
import { type Pair, pair, type Shape } from '../../src/shape.js';

/** Calls `each` with every cell of every phase and its cell of the map, -1 beyond it, as planar indices. */
function cells(phases: Shape, map: Shape, o: Phases, each: (phase: number, map: number) => void): void {
  const [count, factor] = [pair(o.count ?? o.factor), pair(o.factor)];
  const [step, first] = [pair(o.step ?? 1), pair(o.first ?? 0)];
  let at = 0;
  for (let image = 0; image < phases.n; image++) {
    const k = image % (count[0] * count[1]);
    const n = Math.floor(image / (count[0] * count[1]));
    for (let c = 0; c < phases.c; c++)
      for (let i = 0; i < phases.h; i++)
        for (let j = 0; j < phases.w; j++) {
          const y = i * factor[0] + Math.floor(k / count[1]) * step[0] + first[0];
          const x = j * factor[1] + (k % count[1]) * step[1] + first[1];
          const inside = y >= 0 && y < map.h && x >= 0 && x < map.w;
          each(at++, inside ? ((n * map.c + c) * map.h + y) * map.w + x : -1);
        }
  }
}

/** The phases of planar data [N, C, H, W], zero beyond it. */
export function split(x: ArrayLike<number>, xs: Shape, o: Phases, size?: Pair): Float64Array {
  const ys = splitShape('split_phases', xs, o, size);
  const y = new Float64Array(ys.n * ys.c * ys.h * ys.w);
  cells(ys, xs, o, (phase, map) => {
    if (map >= 0) y[phase] = x[map]!;
  });
  return y;
}

/** The map of these phases, over planar data; zero, or what `y` holds, where there is none. */
export function stitch(
  x: ArrayLike<number>,
  xs: Shape,
  o: Phases,
  size?: Pair,
  y?: Float64Array,
): Float64Array {
  const ys = stitchShape('stitch', xs, o, size);
  const out = y ?? new Float64Array(ys.n * ys.c * ys.h * ys.w);
  cells(xs, ys, o, (phase, map) => {
    if (map >= 0) out[map] = x[phase]!;
  });
  return out;
}
