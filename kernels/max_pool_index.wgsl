// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]; winner[n, p, c] = its h*W + w
//
// One invocation per 4 channels of one output pixel. The first maximum in raster order wins a tie.
// uses: pool_window, order

@group(0) @binding(3) var<storage, read_write> winner: array<vec4<u32>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn max_pool_index(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  var best = vec4f();
  var first = vec4u();
  var found = false;
  for (var u = 0u; u < params.kernel_h; u++) {
    for (var v = 0u; v < params.kernel_w; v++) {
      let at = tap(p, u, v);
      if (!on_image(at)) { continue; }
      let value = load(p, at);
      let better = (value > best) | is_nan(value) | vec4<bool>(!found);
      best = select(best, value, better);
      first = select(first, vec4u(u32(at.x) * params.x_w + u32(at.y)), better);
      found = true;
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best);
  winner[p.out - params.winner_base] = first;
}
