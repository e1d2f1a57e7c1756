// v[f, t, c] = (B' d B)[f]: Winograd's input transform of a planar map. One invocation per 4 channels of one tile.
// uses: winograd_forward

@group(0) @binding(1) var<storage, read> x: array<f32>;

fn load(at: vec2i, c: u32) -> vec4f {
  let index = pixel(at) + 4u * c * params.x_c;
  let channels = vec4u(4u * c) + vec4u(0u, 1u, 2u, 3u);
  let value = vec4f(x[index], x[index + params.x_c], x[index + 2u * params.x_c], x[index + 3u * params.x_c]);
  return select(vec4f(), value, vec4<bool>(inside(at)) & (channels < vec4u(params.x_depth)));
}

@compute @workgroup_size(64, 1, 1)
fn input_planar(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  forward(id.y * grid.x * 64u + id.x);
}
