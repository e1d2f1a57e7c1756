// What conv2d_strip and conv2d_first share: the contract (params and bindings), and the store of 8 channels of 4 pixels of
// a row. A part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,      // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,       // first image of this dispatch
  images: u32,
  row: u32,         // first output row of each image
  rows: u32,
  kernel_h: u32,
  pad_top: i32,
  pad_left: i32,
  depth: u32,       // vec4 of input channels
  tile: u32,        // first 8 output channels of this dispatch
  tile_count: u32,
  w_base: u32,      // first vec4 of the bound view of w
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [o/16, kh, 3, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// Four pixels of a row: columns are pixels, rows output channels.
struct Strip { low: mat4x4f, high: mat4x4f }

fn store(index: u32, sum: vec4f) {
  y[index] = vec4<Elem>(act(sum));
}

fn store_row(pixel: u32, column: u32, c4: u32, wide: bool, strip: Strip, b0: vec4f, b1: vec4f) {
  let at = pixel * params.y_c4 + c4 - params.y_base;
  let columns = params.y_w - column;
  store(at, strip.low[0] + b0);
  if (columns > 1u) { store(at + params.y_c4, strip.low[1] + b0); }
  if (columns > 2u) { store(at + 2u * params.y_c4, strip.low[2] + b0); }
  if (columns > 3u) { store(at + 3u * params.y_c4, strip.low[3] + b0); }
  if (wide) {
    store(at + 1u, strip.high[0] + b1);
    if (columns > 1u) { store(at + params.y_c4 + 1u, strip.high[1] + b1); }
    if (columns > 2u) { store(at + 2u * params.y_c4 + 1u, strip.high[2] + b1); }
    if (columns > 3u) { store(at + 3u * params.y_c4 + 1u, strip.high[3] + b1); }
  }
}
