// The contract of conv2d_quad, without groups: one invocation computes 32 channels of 8 pixels, so that what it loads
// serves twice as many sums. Both add in the same order. Wins where a load costs more than the sums' way to memory and
// back, on maps of enough pixels and channels that so many an invocation leave no core idle.
// needs: subgroups
// uses: conv2d_tile, tile_window, tile_sums, quad_add, relu_flag
enable subgroups;

// The first vec4 of 4 pixels under a tap, or -1 beside the map.
fn indices_of(n: u32, pixel: u32, tap: vec2i) -> vec4i {
  return vec4i(
    index_of(n, window_at(pixel) + tap), index_of(n, window_at(pixel + 1u) + tap),
    index_of(n, window_at(pixel + 2u) + tap), index_of(n, window_at(pixel + 3u) + tap));
}

fn pixels_at(indices: vec4i, c4: u32) -> mat4x4f {
  return mat4x4f(load(indices.x, c4), load(indices.y, c4), load(indices.z, c4), load(indices.w, c4));
}

// Of a column of 4 pixels and the next, the products with the weights that the quad shares, as in quad_add.
fn add_to_both(l: ptr<function, Sums>, r: ptr<function, Sums>, x: mat4x4f, z: mat4x4f, wi: u32) {
  let w0 = mat4x4f(vec4f(w[wi]), vec4f(w[wi + 4u]), vec4f(w[wi + 8u]), vec4f(w[wi + 12u]));
  (*l).a[0] += w0 * x[0]; (*l).b[0] += w0 * x[1]; (*l).c[0] += w0 * x[2]; (*l).d[0] += w0 * x[3];
  (*r).a[0] += w0 * z[0]; (*r).b[0] += w0 * z[1]; (*r).c[0] += w0 * z[2]; (*r).d[0] += w0 * z[3];
  let w1 = swap_x(w0);
  (*l).a[1] += w1 * x[0]; (*l).b[1] += w1 * x[1]; (*l).c[1] += w1 * x[2]; (*l).d[1] += w1 * x[3];
  (*r).a[1] += w1 * z[0]; (*r).b[1] += w1 * z[1]; (*r).c[1] += w1 * z[2]; (*r).d[1] += w1 * z[3];
  let w2 = swap_y(w0);
  (*l).a[2] += w2 * x[0]; (*l).b[2] += w2 * x[1]; (*l).c[2] += w2 * x[2]; (*l).d[2] += w2 * x[3];
  (*r).a[2] += w2 * z[0]; (*r).b[2] += w2 * z[1]; (*r).c[2] += w2 * z[2]; (*r).d[2] += w2 * z[3];
  let w3 = swap_diagonal(w0);
  (*l).a[3] += w3 * x[0]; (*l).b[3] += w3 * x[1]; (*l).c[3] += w3 * x[2]; (*l).d[3] += w3 * x[3];
  (*r).a[3] += w3 * z[0]; (*r).b[3] += w3 * z[1]; (*r).c[3] += w3 * z[2]; (*r).d[3] += w3 * z[3];
}

// Invocations, each with the work of four of conv2d_quad.
const WORKGROUP = 16u;

@compute @workgroup_size(16, 1, 1)
fn conv2d_wide(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * WORKGROUP + id.x;
  let quads = (params.pixels + 31u) / 32u * 4u; // whole quads: their lanes share tiles and image
  let pairs = (params.tile_count + 1u) / 2u;
  let last = params.image + params.images - 1u;
  let unclamped = params.image + index / (quads * pairs);
  let n = min(unclamped, last); // swaps want uniform control flow: no early return, guarded stores
  let even = params.tile + 2u * ((index / quads) % pairs);
  let odd = min(even + 1u, params.tile + params.tile_count - 1u); // the same where there is no second
  let pixel = params.pixel + 8u * (index % quads);
  let lane = index & 3u;

  var even_left = Sums();
  var even_right = Sums();
  var odd_left = Sums();
  var odd_right = Sums();
  let taps = params.kernel_h * params.kernel_w;
  let next_tile = taps * params.depth * 16u;
  let to_odd = (odd - even) * next_tile;
  var wi = n * params.w_image + even * next_tile + lane - params.w_base;
  var tap = vec2i();
  for (var t = 0u; t < taps; t++) {
    let left = indices_of(n, pixel, tap);
    let right = indices_of(n, pixel + 4u, tap);
    for (var i = 0u; i < params.depth; i++) {
      let x_left = pixels_at(left, i);
      let x_right = pixels_at(right, i);
      add_to_both(&even_left, &even_right, x_left, x_right, wi);
      add_to_both(&odd_left, &odd_right, x_left, x_right, wi + to_odd);
      wi += 16u;
    }
    tap = next_tap(tap);
  }

  let end = select(0u, params.pixel + params.pixels, unclamped <= last);
  let left_count = end - min(pixel, end);
  let right_count = left_count - min(left_count, 4u);
  let at_left = outputs_at(n, pixel);
  let at_right = outputs_at(n, pixel + 4u);
  store_tile(&even_left, at_left, even, lane, left_count);
  store_tile(&even_right, at_right, even, lane, right_count);
  if (odd > even) {
    store_tile(&odd_left, at_left, odd, lane, left_count);
    store_tile(&odd_right, at_right, odd, lane, right_count);
  }
}
