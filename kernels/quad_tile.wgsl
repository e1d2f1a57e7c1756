// What an invocation of conv2d_quad does, and one of conv2d_wide where there are few pixels or channels. A part, not a
// kernel: it has no entry point.

fn compute_quad_tile(index: u32) {
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
