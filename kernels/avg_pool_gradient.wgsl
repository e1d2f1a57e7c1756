// dx[n, p, c] = sum over windows q with a tap at p of dy[n, q, c] / taps of q that count
//
// One invocation per 4 channels of one cell of x. Taps count as in avg_pool.
// uses: pool_cover, unravel

// Taps of one axis, `step` apart from `first` on, in [low, high). Bounds before the first tap round to 0 or below.
fn taps(first: i32, step: i32, kernel: i32, low: i32, high: i32) -> i32 {
  let before = clamp((low - first + step - 1) / step, 0, kernel);
  let until = clamp((high - first + step - 1) / step, 0, kernel);
  return until - before;
}

@compute @workgroup_size(64, 1, 1)
fn avg_pool_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = cell(index);
  let stride = vec2i(vec2u(params.stride_h, params.stride_w));
  let dilation = vec2i(vec2u(params.dilation_h, params.dilation_w));
  let kernel = vec2i(vec2u(params.kernel_h, params.kernel_w));
  let pad = vec2i(params.pad_top, params.pad_left);
  var sum = vec4f();
  for (var oy = p.first.x; oy < p.end.x; oy++) {
    for (var ox = p.first.y; ox < p.end.y; ox++) {
      let first = vec2i(oy, ox) * stride - pad;
      if (any((p.at - first) % dilation != vec2i())) { continue; }
      let tall = taps(first.x, dilation.x, kernel.x, params.count_top, params.count_bottom);
      let wide = taps(first.y, dilation.y, kernel.y, params.count_left, params.count_right);
      sum += vec4f(dy[window(p, oy, ox) - params.y_base]) / f32(max(tall * wide, 1));
    }
  }
  store(p, sum);
}
