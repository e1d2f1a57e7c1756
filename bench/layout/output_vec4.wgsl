// y[p, o] = (A' m A)[p]: Winograd's output transform into a map of vec4 blocks. One invocation per block and tile.
// uses: winograd_inverse

@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

fn store(at: vec2u, c: u32, row: Four) {
  if (at.x >= params.y_h) { return; }
  let index = (at.x * params.y_w + at.y) * params.y_p + c * params.y_c;
  var values = row;
  for (var j = 0u; j < 4u && at.y + j < params.y_w; j++) { y[index + j * params.y_p] = values[j]; }
}

@compute @workgroup_size(64, 1, 1)
fn output_vec4(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  inverse(id.y * grid.x * 64u + id.x);
}
