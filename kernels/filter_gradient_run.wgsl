// What the filter gradients share: the contract (params and bindings), and the pixels of a run under a tap. A
// part, not a kernel: it has no entry point.

struct Params {
  x_base: u32,        // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,        // of dy
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,         // first image of this dispatch
  row: u32,           // first row of dy of each image
  rows: u32,
  run_rows: u32,      // rows of a run
  image_runs: u32,    // runs of an image
  run: u32,           // place in dw of the first run of these images and rows
  first_run: u32,     // the run among them with which this dispatch begins
  dw_base: u32,
  dw_run: u32,        // vec4 from one run to the next
  count: u32,         // invocations
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  pad_top: i32,
  pad_left: i32,
  out: u32,           // first output channel of this dispatch
  outs: u32,          // and how many
  in_group: u32,
  out_group: u32,
  group_c4: u32,      // vec4 of input channels in a group
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;         // [N, H, W, I/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;        // [N, H', W', O/4]
@group(0) @binding(3) var<storage, read_write> dw: array<vec4<f32>>;   // [run, O, kh, kw, i/4]

// Rows [first, end) of dy, and the columns [left, right) whose tap is on the map.
struct Run {
  image: u32,
  first: i32,
  end: i32,
  left: i32,
  right: i32,
  offset: vec2i,   // of the tap from the window's origin, row and column
}

fn run_of(run: u32, tap: u32) -> Run {
  let first = params.row + run % params.image_runs * params.run_rows;
  let end = min(first + params.run_rows, params.row + params.rows);
  let at = vec2u(tap / params.kernel_w, tap % params.kernel_w) * vec2u(params.dilation_h, params.dilation_w);
  let offset = vec2i(at) - vec2i(params.pad_top, params.pad_left);
  let stride = i32(params.stride_w);
  let left = (max(-offset.y, 0) + stride - 1) / stride;
  // The last column at most x_w - 1; a numerator below 0 leaves none.
  let room = i32(params.x_w) - 1 - offset.y;
  let right = select(0, min(room / stride + 1, i32(params.y_w)), room >= 0);
  return Run(params.image + run / params.image_runs, i32(first), i32(end), left, right, offset);
}

fn x_index(run: Run, iy: i32) -> u32 {
  let ix = run.left * i32(params.stride_w) + run.offset.y;
  return ((run.image * params.x_h + u32(iy)) * params.x_w + u32(ix)) * params.x_c4 - params.x_base;
}

fn y_index(run: Run, oy: i32) -> u32 {
  return ((run.image * params.y_h + u32(oy)) * params.y_w + u32(run.left)) * params.y_c4 - params.y_base;
}

// Lanes beyond the group's channels are 0.
fn store(run: u32, o: u32, tap: u32, i4: u32, value: vec4f) {
  let taps = params.kernel_h * params.kernel_w;
  let at = (params.run + run) * params.dw_run + (o * taps + tap) * params.group_c4 + i4 - params.dw_base;
  let is_channel = vec4u(4u * i4) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.in_group);
  dw[at] = select(vec4f(), value, is_channel);
}
