// y[p, o] = (A' m A)[p]: Winograd's output transform into a planar map whose width is a multiple of 4, so that
// a row of a tile is one vec4. One invocation per 4 channels of one tile.
// uses: winograd_inverse

@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

fn store(at: vec2u, c: u32, row: Four) {
  if (at.x >= params.y_h) { return; }
  let channels = transpose(mat4x4f(row[0], row[1], row[2], row[3]));
  let index = 4u * c * params.y_c + at.x * params.y_w + at.y;
  for (var k = 0u; k < 4u && 4u * c + k < params.y_depth; k++) { y[(index + k * params.y_c) / 4u] = channels[k]; }
}

@compute @workgroup_size(64, 1, 1)
fn output_planar(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  inverse(id.y * grid.x * 64u + id.x);
}
