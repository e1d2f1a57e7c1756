// w[f, tile, i/4, i%4, o/4 % 4][o%4] = (G g G')[f], g the 3x3 window raw[o, i]
//
// The filter transform of F(4x4, 3x3), made once when the weights are loaded. One invocation per vec4 of
// output channels and input channel: all 36 frequencies.
// uses: winograd_window

const SIDE = 6u;

// G times three values.
fn transform(g: Three) -> Side {
  let even = (g[0] + g[2]) / 6.0;
  let sum = g[0] / 24.0 + g[2] / 6.0;
  return Side(g[0] / 4.0, -even - g[1] / 6.0, -even + g[1] / 6.0, sum + g[1] / 12.0, sum - g[1] / 12.0, g[2]);
}

@compute @workgroup_size(64, 1, 1)
fn winograd_filter(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  write_frequencies(index);
}
