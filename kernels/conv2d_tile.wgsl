// What conv2d and conv2d_quad share: the contract (params and bindings) and the addressing of a tile of
// 4 pixels x 16 output channels. A part, not a kernel: it has no entry point.

override RELU: bool = false;

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
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// The pixel's input vec4 under one tap of the window, as an index into x, or -1 on the padding.
fn under_tap(pixel: u32, image: u32, tap: vec2i) -> i32 {
  let at = vec2i(vec2u(pixel / params.y_w, pixel % params.y_w) * vec2u(params.stride_h, params.stride_w)) + tap;
  let inside = all(at >= vec2i()) && all(at < vec2i(i32(params.x_h), i32(params.x_w)));
  let index = ((image * params.x_h + u32(at.x)) * params.x_w + u32(at.y)) * params.x_c4 - params.x_base;
  return select(-1, i32(index), inside);
}

fn load(index: i32, c4: u32) -> vec4f {
  return select(vec4f(), vec4f(x[u32(max(index, 0)) + c4]), index >= 0);
}

fn store(index: u32, c4: u32, sum: vec4f) {
  let value = sum + b[c4];
  y[index + c4] = vec4<Elem>(select(value, max(value, vec4f()), RELU));
}
