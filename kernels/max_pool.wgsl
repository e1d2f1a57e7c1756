// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]
//
// One invocation per 4 channels of one output pixel. Padding never wins: only taps inside the image count,
// so a window of negative values keeps its maximum.
// uses: pool_window

@compute @workgroup_size(64, 1, 1)
fn max_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  var best = vec4f();
  var found = false;
  for (var u = 0u; u < params.kernel_h; u++) {
    for (var v = 0u; v < params.kernel_w; v++) {
      let at = tap(p, u, v);
      if (!on_image(at)) { continue; }
      let value = load(p, at);
      best = select(value, max(best, value), found);
      found = true;
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best);
}
