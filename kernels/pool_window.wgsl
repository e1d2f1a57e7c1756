// What the pools share: the contract (params and bindings) and the place of a window over the image. A
// part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,        // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  winner_base: u32,
  image: u32,
  row: u32,           // first output row of each image
  rows: u32,
  count: u32,         // vec4 to write
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  pad_top: i32,
  pad_left: i32,
  count_top: i32,     // avg_pool divides by the taps in [count_top, count_bottom) x [count_left, count_right)
  count_left: i32,
  count_bottom: i32,
  count_right: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

// One output vec4.
struct Place {
  plane: u32,      // first pixel of its image in x, counted over images
  c: u32,
  first: vec2i,    // the window's first tap, row and column
  out: u32,        // index in the whole of y
}

fn place(index: u32) -> Place {
  let at = unravel(index, params.rows, params.y_w, params.c4);
  let n = params.image + at.x;
  let oy = params.row + at.y;
  let ox = at.z;
  let c = at.w;
  let first = vec2i(vec2u(oy, ox) * vec2u(params.stride_h, params.stride_w)) - vec2i(params.pad_top, params.pad_left);
  return Place(n * params.x_h * params.x_w, c, first, ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c);
}

fn tap(p: Place, u: u32, v: u32) -> vec2i {
  return p.first + vec2i(vec2u(u, v) * vec2u(params.dilation_h, params.dilation_w));
}

fn on_image(at: vec2i) -> bool {
  return all(at >= vec2i()) && all(at < vec2i(vec2u(params.x_h, params.x_w)));
}

// The first and the last tap of a window on the image; none are where the first is beyond the last.
struct Taps {
  first: vec2i,
  last: vec2i,
}

fn taps_on_image(p: Place) -> Taps {
  let step = vec2i(vec2u(params.dilation_h, params.dilation_w));
  let taps = vec2i(vec2u(params.kernel_h, params.kernel_w));
  let size = vec2i(vec2u(params.x_h, params.x_w));
  let first = p.first + (max(-p.first, vec2i()) + step - 1) / step * step;
  return Taps(first, p.first + min((size - 1 - p.first) / step, taps - 1) * step);
}

// The same of a window of 2x2 that is not dilated.
fn neighbours_on_image(p: Place) -> Taps {
  return Taps(max(p.first, vec2i()), min(p.first + 1, vec2i(vec2u(params.x_h, params.x_w)) - 1));
}

fn load(p: Place, at: vec2i) -> vec4f {
  return vec4f(x[(p.plane + u32(at.x) * params.x_w + u32(at.y)) * params.c4 + p.c - params.x_base]);
}
