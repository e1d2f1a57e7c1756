// Adds the products of 4 input channels to the sums of a tile; see tile_sums. The lanes of a quad load a quarter of the
// weights each and pass it round: sum k of lane l is that of output vec4 l ^ k. A part, not a kernel: it has no entry
// point.

fn swap_x(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapX(m[0]), quadSwapX(m[1]), quadSwapX(m[2]), quadSwapX(m[3]));
}

fn swap_y(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapY(m[0]), quadSwapY(m[1]), quadSwapY(m[2]), quadSwapY(m[3]));
}

fn swap_diagonal(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapDiagonal(m[0]), quadSwapDiagonal(m[1]), quadSwapDiagonal(m[2]), quadSwapDiagonal(m[3]));
}

fn add(s: ptr<function, Sums>, i0: i32, i1: i32, i2: i32, i3: i32, c4: u32, wi: u32) {
  let x0 = load(i0, c4);
  let x1 = load(i1, c4);
  let x2 = load(i2, c4);
  let x3 = load(i3, c4);
  let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
  (*s).a[0] += w0 * x0; (*s).b[0] += w0 * x1; (*s).c[0] += w0 * x2; (*s).d[0] += w0 * x3;
  let w1 = swap_x(w0);
  (*s).a[1] += w1 * x0; (*s).b[1] += w1 * x1; (*s).c[1] += w1 * x2; (*s).d[1] += w1 * x3;
  let w2 = swap_y(w0);
  (*s).a[2] += w2 * x0; (*s).b[2] += w2 * x1; (*s).c[2] += w2 * x2; (*s).d[2] += w2 * x3;
  let w3 = swap_diagonal(w0);
  (*s).a[3] += w3 * x0; (*s).b[3] += w3 * x1; (*s).c[3] += w3 * x2; (*s).d[3] += w3 * x3;
}
