// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]
//
// One invocation per 4 channels of one output pixel. Padding never wins: only taps inside the image count,
// so a window of negative values keeps its maximum.
// uses: pool_window, unravel, order

// A window of 2x2 that is not dilated: the loops over the taps would take as long as all else.
override TWO_BY_TWO: bool = false;

@compute @workgroup_size(64, 1, 1)
fn max_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  if (TWO_BY_TWO) {
    let taps = neighbours_on_image(p);
    let upper = larger(load(p, taps.first), load(p, vec2i(taps.first.x, taps.last.y)));
    let lower = larger(load(p, vec2i(taps.last.x, taps.first.y)), load(p, taps.last));
    y[p.out - params.y_base] = vec4<Elem>(select(vec4f(), larger(upper, lower), all(taps.first <= taps.last)));
    return;
  }
  let taps = taps_on_image(p);
  var best = vec4f();
  if (all(taps.first <= taps.last)) {
    best = load(p, taps.first);
    for (var row = taps.first.x; row <= taps.last.x; row += i32(params.dilation_h)) {
      for (var column = taps.first.y; column <= taps.last.y; column += i32(params.dilation_w)) {
        best = larger(best, load(p, vec2i(row, column)));
      }
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best);
}
