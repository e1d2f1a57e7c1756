// The contract of conv2d, for adapters with subgroups: the four invocations of a quad compute the same 16
// channels of 16 pixels, so each loads a quarter of the weights and passes it round. Lane l's sum k then
// holds output vec4 l ^ k, which the store puts back in order. Wins where a load costs more than a swap.
// needs: subgroups
// uses: conv2d_tile, tile_window, tile_sums, quad_add, quad_tile
enable subgroups;

override WORKGROUP: u32 = 64u; // invocations, for the tuner to choose

@compute @workgroup_size(WORKGROUP, 1, 1)
fn conv2d_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  compute_quad_tile(id.y * grid.x * WORKGROUP + id.x);
}
