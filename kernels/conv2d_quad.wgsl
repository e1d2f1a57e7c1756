// The contract of conv2d, for adapters with subgroups: the four invocations of a quad compute the same 16
// channels of 16 pixels, so each loads a quarter of the weights and passes it round. Lane l's sum k then
// holds output vec4 l ^ k, which the store puts back in order. Wins where a load costs more than a swap.
// needs: subgroups
// uses: conv2d_tile, tile_window, tile_sums, quad_add, relu_flag
enable subgroups;

override WORKGROUP: u32 = 64u; // invocations, for the tuner to choose

@compute @workgroup_size(WORKGROUP, 1, 1)
fn conv2d_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * WORKGROUP + id.x;
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
  store_tile(&sums, outputs_at(n, params.pixel + pixel), tile, lane, count);
}
