// What the direct kernels share: sizes, strides and the addressing of 4 pixels x 16 output channels. Strides
// come at run time and are counted in elements of the binding. A part, not a kernel: it has no entry point.

struct Params {
  x_h: u32,
  x_w: u32,
  x_n: u32,      // from one image of x to the next
  x_p: u32,      // from one pixel to the next
  x_c: u32,      // from one channel (planar) or block of four channels to the next
  y_w: u32,
  y_n: u32,
  y_p: u32,
  y_c: u32,
  y_depth: u32,  // channels (planar) or blocks of y
  images: u32,
  pixels: u32,
  kernel: u32,   // window edge
  pad: u32,
  depth: u32,    // steps of the kernel over input channels: blocks, or single channels
  tiles: u32,    // tiles of 16 output channels
  w_tile: u32,   // vec4 from one tile's filter to the next
  w_tap: u32,    // vec4 from one tap of the window to the next
  w_image: u32,  // vec4 from one image's filter to the next; 0 where all share one
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> w: array<vec4f>;  // [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 o

// The pixel's first element under one tap, as an index into x, or -1 on the padding.
fn under_tap(pixel: u32, image: u32, tap: vec2i) -> i32 {
  let at = vec2i(vec2u(pixel / params.y_w, pixel % params.y_w)) + tap;
  let inside = all(at >= vec2i()) && all(at < vec2i(i32(params.x_h), i32(params.x_w)));
  return select(-1, i32(image * params.x_n + (u32(at.x) * params.x_w + u32(at.y)) * params.x_p), inside);
}
