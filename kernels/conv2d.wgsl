// y[n, p, o] = act(b[o] + sum over u, v, i of w[o, u, v, i] * x[n, p*s - pad + (u, v)*d, i])
//
// Register-tiled implicit GEMM without workgroup memory: one invocation computes 16 channels (4 vec4) of
// 4 pixels that follow one another in row-major order. Any window, stride, dilation and padding, and
// groups whose channel counts are multiples of 4. Also the middle of Winograd, where each of the
// frequencies is an image with a filter of its own (w_image) and the window is 1x1.
// uses: conv2d_tile, tile_window, tile_sums, tile_add, relu_flag

override WORKGROUP: u32 = 64u; // invocations, for the tuner to choose

@compute @workgroup_size(WORKGROUP, 1, 1)
fn conv2d(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * WORKGROUP + id.x;
  let quads = (params.pixels + 3u) / 4u;
  let n = params.image + index / (quads * params.tile_count);
  if (n >= params.image + params.images) { return; }
  let tile = params.tile + (index / quads) % params.tile_count;
  let pixel = 4u * (index % quads);

  var sums = Sums();
  let weights = n * params.w_image + tile * params.kernel_h * params.kernel_w * params.depth * 16u;
  add_window(&sums, n, params.pixel + pixel, tile / params.tiles, weights - params.w_base);
  store_tile(&sums, outputs_at(n, params.pixel + pixel), tile, 0u, params.pixels - pixel);
}
