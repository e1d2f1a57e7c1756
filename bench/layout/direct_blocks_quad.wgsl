// Register-tiled: one invocation per 16 channels of 4 pixels; the four of a quad share their weights.
// Four input channels a step. A part, not a kernel.

fn swap_x(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapX(m[0]), quadSwapX(m[1]), quadSwapX(m[2]), quadSwapX(m[3]));
}

fn swap_y(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapY(m[0]), quadSwapY(m[1]), quadSwapY(m[2]), quadSwapY(m[3]));
}

fn swap_diagonal(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapDiagonal(m[0]), quadSwapDiagonal(m[1]), quadSwapDiagonal(m[2]), quadSwapDiagonal(m[3]));
}

fn direct(index: u32) {
  let quads = (params.pixels + 15u) / 16u * 4u;
  let last = params.images - 1u;
  let unclamped = index / (quads * params.tiles);
  let n = min(unclamped, last);
  let lane = index & 3u;
  let tile = index / quads % params.tiles;
  let pixel = 4u * (index % quads);

  var y00 = vec4f(); var y01 = vec4f(); var y02 = vec4f(); var y03 = vec4f();
  var y10 = vec4f(); var y11 = vec4f(); var y12 = vec4f(); var y13 = vec4f();
  var y20 = vec4f(); var y21 = vec4f(); var y22 = vec4f(); var y23 = vec4f();
  var y30 = vec4f(); var y31 = vec4f(); var y32 = vec4f(); var y33 = vec4f();

  for (var u = 0u; u < params.kernel; u++) {
    for (var v = 0u; v < params.kernel; v++) {
      let tap = vec2i(vec2u(u, v)) - vec2i(i32(params.pad));
      let i0 = under_tap(pixel, n, tap);
      let i1 = under_tap(pixel + 1u, n, tap);
      let i2 = under_tap(pixel + 2u, n, tap);
      let i3 = under_tap(pixel + 3u, n, tap);
      var wi = n * params.w_image + tile * params.w_tile + (u * params.kernel + v) * params.w_tap + lane;
      for (var i = 0u; i < params.depth; i++) {
        let x0 = load(i0, i);
        let x1 = load(i1, i);
        let x2 = load(i2, i);
        let x3 = load(i3, i);
        let w0 = mat4x4f(w[wi], w[wi + 4u], w[wi + 8u], w[wi + 12u]);
        y00 += w0 * x0; y10 += w0 * x1; y20 += w0 * x2; y30 += w0 * x3;
        let w1 = swap_x(w0);
        y01 += w1 * x0; y11 += w1 * x1; y21 += w1 * x2; y31 += w1 * x3;
        let w2 = swap_y(w0);
        y02 += w2 * x0; y12 += w2 * x1; y22 += w2 * x2; y32 += w2 * x3;
        let w3 = swap_diagonal(w0);
        y03 += w3 * x0; y13 += w3 * x1; y23 += w3 * x2; y33 += w3 * x3;
        wi += 16u;
      }
    }
  }

  let at = n * params.y_n + pixel * params.y_p;
  if (unclamped > last || pixel >= params.pixels) { return; }
  store(at, 4u * tile + lane, pixel, y00, y10, y20, y30);
  store(at, 4u * tile + (lane ^ 1u), pixel, y01, y11, y21, y31);
  store(at, 4u * tile + (lane ^ 2u), pixel, y02, y12, y22, y32);
  store(at, 4u * tile + (lane ^ 3u), pixel, y03, y13, y23, y33);
}
