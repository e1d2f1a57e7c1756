// y[n, p, o] = sum over u, v, i of w[o, u, v, i] * x[n, p - pad + (u, v), i]
//
// Channels last or blocked.
// uses: direct_tile, map_vec4, direct_blocks

@compute @workgroup_size(64, 1, 1)
fn direct_vec4(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  direct(id.y * grid.x * 64u + id.x);
}
