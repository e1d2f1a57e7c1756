// What the filter gradients share: the contract (params and bindings), and the rows of a run under a tap. A
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
  row: u32,           // first row of dy of this dispatch, counted over images
  rows: u32,
  run_rows: u32,      // rows of a run
  run: u32,           // place in dw of the first run of these rows
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

// Rows [first, end) of dy, counted over images, and the tap's place from the window's origin.
struct Run {
  first: u32,
  end: u32,
  offset: vec2i,
}

// A row of dy and the row of x under its tap, as indices of their first vec4.
struct Row {
  inside: bool,   // both are on their maps
  x: u32,
  y: u32,
}

fn run_of(run: u32, tap: u32) -> Run {
  let first = params.row + run * params.run_rows;
  let at = vec2u(tap / params.kernel_w, tap % params.kernel_w) * vec2u(params.dilation_h, params.dilation_w);
  return Run(
    first,
    min(first + params.run_rows, params.row + params.rows),
    vec2i(at) - vec2i(params.pad_top, params.pad_left),
  );
}

// `row` counts over images; it is row oy of this image.
fn row_in(run: Run, row: u32, image: u32, oy: u32) -> Row {
  let iy = i32(oy * params.stride_h) + run.offset.x;
  let inside = row < run.end && iy >= 0 && iy < i32(params.x_h);
  let x_row = image * params.x_h + u32(max(iy, 0));
  return Row(
    inside,
    x_row * params.x_w * params.x_c4 - params.x_base,
    row * params.y_w * params.y_c4 - params.y_base,
  );
}

fn row_of(run: Run, row: u32) -> Row {
  return row_in(run, row, row / params.y_h, row % params.y_h);
}

// The columns [x, y) of dy whose tap is on the map.
fn columns_of(run: Run) -> vec2i {
  let stride = i32(params.stride_w);
  let left = (max(-run.offset.y, 0) + stride - 1) / stride;
  // The last column at most x_w - 1; a numerator below 0 leaves none.
  let room = i32(params.x_w) - 1 - run.offset.y;
  return vec2i(left, select(0, min(room / stride + 1, i32(params.y_w)), room >= 0));
}

fn first_x(run: Run, row: Row, columns: vec2i) -> u32 {
  return row.x + u32(columns.x * i32(params.stride_w) + run.offset.y) * params.x_c4;
}

fn first_y(row: Row, columns: vec2i) -> u32 {
  return row.y + u32(columns.x) * params.y_c4;
}

// Lanes beyond the group's channels are 0.
fn store(run: u32, o: u32, tap: u32, i4: u32, value: vec4f) {
  let taps = params.kernel_h * params.kernel_w;
  let at = (params.run + run) * params.dw_run + (o * taps + tap) * params.group_c4 + i4 - params.dw_base;
  let is_channel = vec4u(4u * i4) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.in_group);
  dw[at] = select(vec4f(), value, is_channel);
}
