// What the gradients of the pools share: the contract (params and bindings), and the windows that cover a cell.
// A part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,        // first vec4 of the bound view of dx
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,        // of dy
  y_h: u32,
  y_w: u32,
  winner_base: u32,
  image: u32,
  row: u32,           // first row of dx of each image
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
@group(0) @binding(1) var<storage, read> dy: array<vec4<Elem>>;         // [N, H', W', C/4]
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<Elem>>;   // [N, H, W, C/4]

// One vec4 of dx, and the windows [first, end) whose extent holds it.
struct Cell {
  image: u32,
  c: u32,
  at: vec2i,       // row and column
  first: vec2i,
  end: vec2i,
}

fn cell(index: u32) -> Cell {
  let place = unravel(index, params.rows, params.x_w, params.c4);
  let stride = vec2i(vec2u(params.stride_h, params.stride_w));
  let reach = vec2i(vec2u(params.kernel_h - 1u, params.kernel_w - 1u) * vec2u(params.dilation_h, params.dilation_w));
  let at = vec2i(vec2u(params.row + place.y, place.z));
  let padded = at + vec2i(params.pad_top, params.pad_left);
  let first = (max(padded - reach, vec2i()) + stride - 1) / stride;
  let end = min(padded / stride + 1, vec2i(vec2u(params.y_h, params.y_w)));
  return Cell(params.image + place.x, place.w, at, first, end);
}

fn window(p: Cell, oy: i32, ox: i32) -> u32 {
  return ((p.image * params.y_h + u32(oy)) * params.y_w + u32(ox)) * params.c4 + p.c;
}

fn store(p: Cell, value: vec4f) {
  let at = ((p.image * params.x_h + u32(p.at.x)) * params.x_w + u32(p.at.y)) * params.c4 + p.c;
  dx[at - params.x_base] = vec4<Elem>(value);
}
