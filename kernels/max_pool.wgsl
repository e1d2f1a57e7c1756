// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]
//
// One invocation per 4 channels of one output pixel. Padding never wins: only taps inside the image count,
// so a window of negative values keeps its maximum.
// uses: pool_window, unravel, order

// A window of 2x2: the loops over the taps would take as long as all else.
override TWO_BY_TWO: bool = false;

@compute @workgroup_size(64, 1, 1)
fn max_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  let taps = taps_on_image(p);
  let first = taps.first;
  let last = taps.last;
  var best = vec4f();
  if (all(first <= last)) {
    best = load(p, first);
    if (TWO_BY_TWO) {
      best = larger(best, load(p, vec2i(first.x, last.y)));
      best = larger(best, larger(load(p, vec2i(last.x, first.y)), load(p, last)));
    } else {
      for (var row = first.x; row <= last.x; row += i32(params.dilation_h)) {
        for (var column = first.y; column <= last.y; column += i32(params.dilation_w)) {
          best = larger(best, load(p, vec2i(row, column)));
        }
      }
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best);
}
