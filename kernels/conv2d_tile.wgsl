// What conv2d, conv2d_quad, conv2d_wide and conv2d_block share: the contract (params and bindings), and where the taps of
// a pixel's window and its outputs lie. A part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,      // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_w: u32,
  y_c4: u32,
  y_image: u32,     // vec4 from one output image to the next
  image: u32,       // first image of this dispatch
  images: u32,
  pixel: u32,       // first output pixel of each image
  pixels: u32,
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  pad_top: i32,
  pad_left: i32,
  depth: u32,       // vec4 of input channels in a group
  tiles: u32,       // tiles of 16 output channels in a group
  group_c4: u32,    // vec4 of output channels in a group
  tile: u32,        // first tile of this dispatch, counted over all groups
  tile_count: u32,
  w_base: u32,      // first vec4 of the bound view of w
  w_image: u32,     // vec4 from one image's filter to the next; 0 where all share one
  relu: u32,        // 1 for a fused ReLU, 0 for none
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// The row and column of x under the first tap of a pixel's window.
fn window_at(pixel: u32) -> vec2i {
  return vec2i(vec2u(pixel / params.y_w, pixel % params.y_w) * vec2u(params.stride_h, params.stride_w))
    - vec2i(params.pad_top, params.pad_left);
}

// The next tap of the window, as a distance from its first.
fn next_tap(tap: vec2i) -> vec2i {
  let step = vec2i(vec2u(params.dilation_h, params.dilation_w));
  let column = tap.y + step.y;
  return select(vec2i(tap.x, column), vec2i(tap.x + step.x, 0), column >= i32(params.kernel_w) * step.y);
}

// The first vec4 of 4 pixels of an image that follow one another.
fn outputs_at(n: u32, pixel: u32) -> vec4u {
  return vec4u(n * params.y_image + pixel * params.y_c4 - params.y_base) + vec4u(0u, 1u, 2u, 3u) * params.y_c4;
}
