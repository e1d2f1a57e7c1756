// y[n, p, o] = sum over u, v, i of w[o, u, v, i] * x[n, p - pad + (u, v), i]
//
// Channels last or blocked, weights shared by quads.
// needs: subgroups
// uses: direct_tile, map_vec4, direct_blocks_quad
enable subgroups;

@compute @workgroup_size(64, 1, 1)
fn direct_vec4_quad(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  direct(id.y * grid.x * 64u + id.x);
}
