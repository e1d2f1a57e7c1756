export type Vector = readonly [number, number, number];

const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

type Matrix = [number[], number[], number[]];

/** Eigenvalues and eigenvectors of a symmetric 3 x 3 matrix, by Jacobi's rotations. */
export function eigen3(symmetric: readonly (readonly number[])[]): { value: number; vector: Vector }[] {
  const a = symmetric.map((row) => [...row]) as Matrix;
  const v: Matrix = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  const size = Math.max(...a.flat().map(Math.abs));
  // Each sweep squares what is left beside the diagonal: five are enough.
  for (let sweep = 0; sweep < 12; sweep++)
    for (const [p, q] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const beside = a[p][q]!;
      if (Math.abs(beside) <= 1e-18 * size) continue;
      const theta = (a[q][q]! - a[p][p]!) / (2 * beside);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      for (let k = 0; k < 3; k++) {
        const [x, y] = [a[k]![p]!, a[k]![q]!];
        a[k]![p] = c * x - s * y;
        a[k]![q] = s * x + c * y;
      }
      for (const m of [a, v]) rotateRows(m, p, q, c, s);
    }
  return [0, 1, 2].map((i) => ({ value: a[i]![i]!, vector: v[i] as unknown as Vector }));
}

function rotateRows(m: Matrix, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < 3; k++) {
    const [x, y] = [m[p]![k]!, m[q]![k]!];
    m[p]![k] = c * x - s * y;
    m[q]![k] = s * x + c * y;
  }
}

/** The part of `g` in the space of the smallest eigenvalue, of length 1; `g` where it has none there. */
function nearest(m: Matrix, g: Vector): Vector {
  const all = eigen3(m);
  const least = Math.min(...all.map(({ value }) => value));
  const size = Math.max(...all.map(({ value }) => Math.abs(value)));
  const space = all.filter(({ value }) => value - least <= 1e-9 * size);
  const part = [0, 1, 2].map((i) =>
    space.reduce((sum, { vector }) => sum + dot(g, vector) * vector[i]!, 0),
  ) as unknown as Vector;
  const length = Math.sqrt(dot(part, part));
  return length > 1e-9 ? [part[0] / length, part[1] / length, part[2] / length] : g;
}

/** Degrees around the direction, and how often it is estimated anew with them. */
const ROUNDS = [
  [45, 5],
  [15, 5],
] as const;

/**
 * The direction of gravity from normals [3, area]: the one to which floors and ceilings are most parallel
 * and walls most orthogonal, sought around that of the picture's columns, (0, 1, 0). Normals that are NaN do
 * not count. (Gupta, Arbelaez and Malik 2013, section 2.)
 */
export function gravity(n: Float64Array): Vector {
  const area = n.length / 3;
  let g: Vector = [0, 1, 0];
  for (const [degrees, rounds] of ROUNDS) {
    const cos = Math.cos((degrees * Math.PI) / 180);
    const sin = Math.sin((degrees * Math.PI) / 180);
    for (let round = 0; round < rounds; round++) {
      const sums = [0, 0, 0, 0, 0, 0]; // xx, xy, xz, yy, yz, zz
      for (let i = 0; i < area; i++) {
        const [x, y, z] = [n[i]!, n[area + i]!, n[2 * area + i]!];
        const c = Math.abs(x * g[0] + y * g[1] + z * g[2]);
        // A floor where it is nearly parallel, a wall where it is nearly orthogonal; at 45 degrees each is one.
        const sign = c > cos ? -1 : c < sin ? 1 : 0;
        if (sign === 0) continue;
        sums[0]! += sign * x * x;
        sums[1]! += sign * x * y;
        sums[2]! += sign * x * z;
        sums[3]! += sign * y * y;
        sums[4]! += sign * y * z;
        sums[5]! += sign * z * z;
      }
      const [xx, xy, xz, yy, yz, zz] = sums as [number, number, number, number, number, number];
      g = nearest(
        [
          [xx, xy, xz],
          [xy, yy, yz],
          [xz, yz, zz],
        ],
        g,
      );
    }
  }
  return g;
}
