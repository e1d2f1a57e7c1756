// y[n, p, o] = sum over u, v, i of w[o, u, v, i] * x[n, p - pad + (u, v), i]
//
// Planar, input channels that fill no vec4.
// uses: direct_tile, map_planar, direct_channels

@compute @workgroup_size(64, 1, 1)
fn direct_planar_few(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  direct(id.y * grid.x * 64u + id.x);
}
