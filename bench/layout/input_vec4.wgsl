// v[f, t, c] = (B' d B)[f]: Winograd's input transform of a map of vec4 blocks. One invocation per block and tile.
// uses: winograd_forward

@group(0) @binding(1) var<storage, read> x: array<vec4f>;

fn load(at: vec2i, c: u32) -> vec4f {
  return select(vec4f(), x[pixel(at) + c * params.x_c], inside(at));
}

@compute @workgroup_size(64, 1, 1)
fn input_vec4(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  forward(id.y * grid.x * 64u + id.x);
}
