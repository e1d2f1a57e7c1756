// y[n, p, c] = act(b[c] + sum over u, v of w[c, u, v] * x[n, p*s - pad + (u, v)*d, c])
//
// A group per channel, one output each: the four channels of an invocation are the four of one input vec4.
// uses: conv2d_channels, unravel, relu

@compute @workgroup_size(64, 1, 1)
fn conv2d_depthwise(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = output_of(index);
  let taps = params.kernel_h * params.kernel_w;
  // Lanes beyond the channels take the last channel's weights: finite, and never read.
  let last = params.y_c - 1u;
  let c = min(vec4u(0u, 1u, 2u, 3u) + 4u * at.o4, vec4u(last)) * taps;
  var value = vec4f();
  for (var u = 0u; u < params.kernel_h; u++) {
    let iy = at.first.x + i32(u * params.dilation_h);
    if (iy < 0 || iy >= i32(params.x_h)) { continue; }
    let row = (at.n * params.x_h + u32(iy)) * params.x_w;
    for (var v = 0u; v < params.kernel_w; v++) {
      let ix = at.first.y + i32(v * params.dilation_w);
      if (ix < 0 || ix >= i32(params.x_w)) { continue; }
      let tap = u * params.kernel_w + v;
      let weights = vec4f(w[c.x + tap], w[c.y + tap], w[c.z + tap], w[c.w + tap]);
      value += weights * vec4f(x[(row + u32(ix)) * params.x_c4 + at.o4 - params.x_base]);
    }
  }
  store(at, value);
}
