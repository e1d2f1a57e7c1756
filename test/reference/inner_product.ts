/** The definition over planar data: x [N, I], w [O, I], b [O] or null. */
export function innerProduct(
  x: ArrayLike<number>,
  n: number,
  w: ArrayLike<number>,
  out: number,
  b: ArrayLike<number> | null,
): Float64Array {
  const size = x.length / n;
  return Float64Array.from({ length: n * out }, (_, at) => {
    const image = Math.floor(at / out);
    const o = at % out;
    let sum = b ? b[o]! : 0;
    for (let i = 0; i < size; i++) sum += w[o * size + i]! * x[image * size + i]!;
    return sum;
  });
}
