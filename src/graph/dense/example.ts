/** Rows of a small map. */
export type Rows = readonly (readonly number[])[];

/** The example by which the authors explain shift-and-stitch, worked. */
export interface WorkedExample {
  /** 1 .. 25 in 5 rows. */
  readonly map: Rows;
  /** The map moved up and left by dy and dx, and its 2x2 max-pool by 2. */
  readonly shifts: readonly { readonly dy: number; readonly dx: number; readonly pooled: Rows }[];
  /** The pooled maps interleaved. */
  readonly stitched: Rows;
  /** The 2x2 max-pool by 1, which is the rarefied net: the same. */
  readonly dense: Rows;
}

const SIDE = 5;
const STRIDE = 2;

/** A 2x2 max-pool; rounded up, windows that hang over the far edge are clipped. */
function pool(map: Rows, stride: number, ceil: boolean): number[][] {
  const starts = (size: number) => {
    const last = ceil ? size - 1 : size - 2;
    return Array.from({ length: Math.floor(last / stride) + 1 }, (_, i) => i * stride);
  };
  return starts(map.length).map((y) =>
    starts(map[0]!.length).map((x) => Math.max(...map.slice(y, y + 2).flatMap((row) => row.slice(x, x + 2)))),
  );
}

/**
 * A 5x5 map through a 2x2 max-pool of stride 2 at four shifts, stitched, beside the same pool with stride 1. On the
 * CPU, in plain numbers.
 * @param ceil whether pools round their size up, as Caffe's do.
 */
export function workedExample(ceil: boolean): WorkedExample {
  const map = Array.from({ length: SIDE }, (_, y) =>
    Array.from({ length: SIDE }, (__, x) => SIDE * y + x + 1),
  );
  const dense = pool(map, 1, ceil);
  const stitched = dense.map((row) => row.map(() => Number.NaN));
  const offsets = [0, 1].flatMap((dy) => [0, 1].map((dx) => ({ dy, dx })));
  const shifts = offsets.map(({ dy, dx }) => {
    const shifted = map.slice(dy).map((row) => row.slice(dx));
    const pooled = pool(shifted, STRIDE, ceil);
    for (const [i, row] of pooled.entries())
      for (const [j, value] of row.entries()) stitched[STRIDE * i + dy]![STRIDE * j + dx] = value;
    return { dy, dx, pooled };
  });
  return { map, shifts, stitched, dense };
}
