// The way of conv2d and conv2d_quad through the window for a tile of 4 pixels x 16 output channels. A part, not a kernel:
// it has no entry point.

// One loop over taps and channels: for few channels, as entering and leaving a loop may cost more than its turns.
override SHALLOW: bool = false;

// Sums over the windows of 4 pixels from `pixel` on, with the weights from `weights` on.
fn add_window(sums: ptr<function, Sums>, n: u32, pixel: u32, group: u32, weights: u32) {
  let a = window_at(pixel);
  let b = window_at(pixel + 1u);
  let c = window_at(pixel + 2u);
  let d = window_at(pixel + 3u);
  let first_c4 = group * params.depth;
  let taps = params.kernel_h * params.kernel_w;
  var wi = weights;
  var tap = vec2i();
  if (SHALLOW) {
    var i = 0u;
    for (var k = 0u; k < taps * params.depth; k++) {
      add(sums, index_of(n, a + tap), index_of(n, b + tap), index_of(n, c + tap), index_of(n, d + tap), first_c4 + i, wi);
      wi += 16u;
      let is_tap_done = i + 1u == params.depth;
      i = select(i + 1u, 0u, is_tap_done);
      tap = select(tap, next_tap(tap), is_tap_done);
    }
    return;
  }
  for (var t = 0u; t < taps; t++) {
    let i0 = index_of(n, a + tap);
    let i1 = index_of(n, b + tap);
    let i2 = index_of(n, c + tap);
    let i3 = index_of(n, d + tap);
    for (var i = 0u; i < params.depth; i++) {
      add(sums, i0, i1, i2, i3, first_c4 + i, wi);
      wi += 16u;
    }
    tap = next_tap(tap);
  }
}
