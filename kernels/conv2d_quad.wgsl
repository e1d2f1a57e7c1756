// The contract of conv2d, for adapters with subgroups: the four invocations of a quad compute the same 16
// channels of 16 pixels, so each loads a quarter of the weights and passes it round. Lane l's sum k then
// holds output vec4 l ^ k, which the store puts back in order. Wins where a load costs more than a swap.
// needs: subgroups
// uses: conv2d_tile
enable subgroups;

fn swap_x(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapX(m[0]), quadSwapX(m[1]), quadSwapX(m[2]), quadSwapX(m[3]));
}

fn swap_y(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapY(m[0]), quadSwapY(m[1]), quadSwapY(m[2]), quadSwapY(m[3]));
}

fn swap_diagonal(m: mat4x4f) -> mat4x4f {
  return mat4x4f(quadSwapDiagonal(m[0]), quadSwapDiagonal(m[1]), quadSwapDiagonal(m[2]), quadSwapDiagonal(m[3]));
}

@compute @workgroup_size(64, 1, 1)
fn conv2d_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = (params.pixels + 15u) / 16u * 4u; // whole quads: their lanes share tile and image
  let last = params.image + params.images - 1u;
  let unclamped = params.image + index / (quads * params.tile_count);
  let n = min(unclamped, last); // swaps want uniform control flow: no early return, guarded stores
  let tile = params.tile + (index / quads) % params.tile_count;
  let pixel = 4u * (index % quads);
  let group = tile / params.tiles;
  let lane = index & 3u;

  // Rows: pixels. Columns: lane ^ k of the 4 vec4 of output channels.
  var y00 = vec4f(); var y01 = vec4f(); var y02 = vec4f(); var y03 = vec4f();
  var y10 = vec4f(); var y11 = vec4f(); var y12 = vec4f(); var y13 = vec4f();
  var y20 = vec4f(); var y21 = vec4f(); var y22 = vec4f(); var y23 = vec4f();
  var y30 = vec4f(); var y31 = vec4f(); var y32 = vec4f(); var y33 = vec4f();

  var wi = n * params.w_image + tile * params.kernel_h * params.kernel_w * params.depth * 16u + lane - params.w_base;
  for (var u = 0u; u < params.kernel_h; u++) {
    for (var v = 0u; v < params.kernel_w; v++) {
      let tap = vec2i(vec2u(u, v) * vec2u(params.dilation_h, params.dilation_w))
        - vec2i(params.pad_top, params.pad_left);
      let first = params.pixel + pixel;
      let i0 = under_tap(first, n, tap);
      let i1 = under_tap(first + 1u, n, tap);
      let i2 = under_tap(first + 2u, n, tap);
      let i3 = under_tap(first + 3u, n, tap);
      for (var i = 0u; i < params.depth; i++) {
        let c4 = group * params.depth + i;
        let x0 = load(i0, c4);
        let x1 = load(i1, c4);
        let x2 = load(i2, c4);
        let x3 = load(i3, c4);
        let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
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

  let c4 = group * params.group_c4 + 4u * (tile % params.tiles);
  let valid_c4 = (group + 1u) * params.group_c4 - c4;
  let rows = select(0u, 4u, unclamped <= last);
  for (var j = 0u; j < rows && pixel + j < params.pixels; j++) {
    let at = n * params.y_image + (params.pixel + pixel + j) * params.y_c4 - params.y_base;
    for (var k = 0u; k < 4u; k++) {
      if ((lane ^ k) >= valid_c4) { continue; }
      let row0 = select(select(y00, y01, k == 1u), select(y02, y03, k == 3u), k > 1u);
      let row1 = select(select(y10, y11, k == 1u), select(y12, y13, k == 3u), k > 1u);
      let row2 = select(select(y20, y21, k == 1u), select(y22, y23, k == 3u), k > 1u);
      let row3 = select(select(y30, y31, k == 1u), select(y32, y33, k == 3u), k > 1u);
      store(at, c4 + (lane ^ k), select(select(row0, row1, j == 1u), select(row2, row3, j == 3u), j > 1u));
    }
  }
}
