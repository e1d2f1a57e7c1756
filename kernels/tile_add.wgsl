// Adds the products of 4 input channels to the sums of a tile; see tile_sums. A part, not a kernel: it has no entry
// point.

fn add(s: ptr<function, Sums>, i0: i32, i1: i32, i2: i32, i3: i32, c4: u32, wi: u32) {
  let x0 = load(i0, c4);
  let x1 = load(i1, c4);
  let x2 = load(i2, c4);
  let x3 = load(i3, c4);
  let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
  (*s).a[0] += w0 * x0; (*s).b[0] += w0 * x1; (*s).c[0] += w0 * x2; (*s).d[0] += w0 * x3;
  let w1 = mat4x4f(vec4f(w[wi + 1u]), vec4f(w[wi + 5u]), vec4f(w[wi + 9u]), vec4f(w[wi + 13u]));
  (*s).a[1] += w1 * x0; (*s).b[1] += w1 * x1; (*s).c[1] += w1 * x2; (*s).d[1] += w1 * x3;
  let w2 = mat4x4f(vec4f(w[wi + 2u]), vec4f(w[wi + 6u]), vec4f(w[wi + 10u]), vec4f(w[wi + 14u]));
  (*s).a[2] += w2 * x0; (*s).b[2] += w2 * x1; (*s).c[2] += w2 * x2; (*s).d[2] += w2 * x3;
  let w3 = mat4x4f(vec4f(w[wi + 3u]), vec4f(w[wi + 7u]), vec4f(w[wi + 11u]), vec4f(w[wi + 15u]));
  (*s).a[3] += w3 * x0; (*s).b[3] += w3 * x1; (*s).c[3] += w3 * x2; (*s).d[3] += w3 * x3;
}
