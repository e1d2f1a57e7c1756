// y[n, p, c] = (sum over taps inside the image of x[n, p*s - pad + (u, v)*d, c]) / taps that count
//
// One invocation per 4 channels of one output pixel. The taps on the image count, or all on the image with
// its padding; those beyond never do.
// uses: pool_window, unravel

@compute @workgroup_size(64, 1, 1)
fn avg_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  let first = vec2i(params.count_top, params.count_left);
  let end = vec2i(params.count_bottom, params.count_right);
  var sum = vec4f();
  var taps = 0u;
  for (var u = 0u; u < params.kernel_h; u++) {
    for (var v = 0u; v < params.kernel_w; v++) {
      let at = tap(p, u, v);
      if (all(at >= first) && all(at < end)) { taps++; }
      if (on_image(at)) { sum += load(p, at); }
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(sum / f32(max(taps, 1u)));
}
