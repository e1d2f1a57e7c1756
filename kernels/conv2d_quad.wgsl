// The contract of conv2d, for adapters with subgroups: the four invocations of a quad compute the same 16
// channels of 16 pixels, so each loads a quarter of the weights and passes it round. Lane l's sum k then
// holds output vec4 l ^ k, which the store puts back in order. Wins where a load costs more than a swap.
// needs: subgroups
// uses: conv2d_tile, relu
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

@compute @workgroup_size(64, 1, 1)
fn conv2d_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = (params.pixels + 15u) / 16u * 4u; // whole quads: their lanes share tile and image
  let last = params.image + params.images - 1u;
  let unclamped = params.image + index / (quads * params.tile_count);
  let n = min(unclamped, last); // swaps want uniform control flow: no early return, guarded stores
  let tile = params.tile + (index / quads) % params.tile_count;
  let pixel = 4u * (index % quads);
  let lane = index & 3u;

  var sums = Sums();
  let weights = n * params.w_image + tile * params.kernel_h * params.kernel_w * params.depth * 16u + lane;
  add_window(&sums, n, params.pixel + pixel, tile / params.tiles, weights - params.w_base);

  let count = select(0u, params.pixels - min(pixel, params.pixels), unclamped <= last);
  store_tile(&sums, n, params.pixel + pixel, tile, lane, count);
}
