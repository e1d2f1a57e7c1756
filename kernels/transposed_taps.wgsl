// What the kernels of conv_transpose2d share: which taps of the window meet an output pixel. A part, not a
// kernel: it has no entry point. The fields of `params` are derived in src/lower/transposed.ts.

struct Meeting {
  first: vec2u,   // the first tap, rows and columns; the window's size where none meets
  source: vec2i,  // the input pixel under it; each tap `step` further on is `jump` input pixels back
}

fn meeting(pixel: vec2u) -> Meeting {
  let p = pixel + vec2u(params.origin_y, params.origin_x);
  let stride = vec2u(params.stride_h, params.stride_w);
  let step = vec2u(params.step_h, params.step_w);
  let divisor = stride / step;
  let tap = p / divisor % step * vec2u(params.inverse_h, params.inverse_w) % step;
  let first = select(vec2u(params.kernel_h, params.kernel_w), tap, p % divisor == vec2u());
  let source = (vec2i(p) - vec2i(tap * vec2u(params.dilation_h, params.dilation_w))) / vec2i(stride);
  return Meeting(first, source);
}
