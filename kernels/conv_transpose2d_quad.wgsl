// The contract of conv_transpose2d, for adapters with subgroups: the four invocations of a quad compute the same 16
// channels of 16 pixels of a phase, and share what they load, as in conv2d_quad.
// needs: subgroups
// uses: conv_transpose2d_tile, transposed_taps, tile_sums, quad_add, relu
enable subgroups;

@compute @workgroup_size(64, 1, 1)
fn conv_transpose2d_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  let quads = invocations_of_phase(); // whole quads: their lanes share tile, phase and image
  let phases = params.phases_h * params.phases_w;
  let last = params.image + params.images - 1u;
  let unclamped = params.image + index / (quads * phases * params.tile_count);
  let n = min(unclamped, last); // swaps want uniform control flow: no early return, guarded stores
  let tile = params.tile + index / (quads * phases) % params.tile_count;
  let phase = index / quads % phases;
  let run = run_at(vec2u(phase / params.phases_w, phase % params.phases_w), 4u * (index % quads));
  let lane = index & 3u;

  var sums = Sums();
  let weights = tile * params.kernel_h * params.kernel_w * params.depth * 16u - params.w_base;
  add_taps(&sums, n, run, tile / params.tiles, weights + lane);

  let count = select(0u, count_of(run), unclamped <= last);
  store_tile(&sums, outputs_at(n, run), tile, lane, count);
}
