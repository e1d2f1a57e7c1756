// y[n, p, o] = act(b[o] + sum over u, v and i in o's group of w[o, i, u, v] * x[n, p*s - pad + (u, v)*d, i])
//
// Groups of any size. One invocation per 4 output channels of one pixel; each may belong to another group, so
// inputs are read one by one.
// uses: conv2d_channels, unravel, relu

fn sum(o: u32, n: u32, first: vec2i) -> f32 {
  let channel = o / params.out_group * params.in_group;
  let taps = params.kernel_h * params.kernel_w;
  var total = 0.0;
  for (var u = 0u; u < params.kernel_h; u++) {
    let iy = first.x + i32(u * params.dilation_h);
    if (iy < 0 || iy >= i32(params.x_h)) { continue; }
    for (var v = 0u; v < params.kernel_w; v++) {
      let ix = first.y + i32(v * params.dilation_w);
      if (ix < 0 || ix >= i32(params.x_w)) { continue; }
      let pixel = ((n * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.x_c4 - params.x_base;
      let tap = o * params.in_group * taps + u * params.kernel_w + v;
      for (var i = 0u; i < params.in_group; i++) {
        let c = channel + i;
        total += w[tap + i * taps] * f32(x[pixel + c / 4u][c % 4u]);
      }
    }
  }
  return total;
}

@compute @workgroup_size(64, 1, 1)
fn conv2d_grouped(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = output_of(index);
  var value = vec4f();
  for (var k = 0u; k < 4u && 4u * at.o4 + k < params.y_c; k++) {
    value[k] = sum(4u * at.o4 + k, at.n, at.first);
  }
  store(at, value);
}
