// What conv_transpose2d and its quad share: the contract (params and bindings), where 4 pixels of one phase lie, and the
// way through the taps that they meet. Output pixels that lie a stride apart, a phase, meet the same taps. A part, not a
// kernel: it has no entry point.

struct Params {
  x_base: u32,      // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c4: u32,
  image: u32,
  images: u32,
  row: u32,         // first output row of each image
  rows: u32,
  phases_h: u32,    // phases that these rows and columns have
  phases_w: u32,
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  origin_y: u32,
  origin_x: u32,
  step_h: u32,
  step_w: u32,
  jump_h: i32,
  jump_w: i32,
  inverse_h: u32,
  inverse_w: u32,
  depth: u32,       // vec4 of input channels in a group
  tiles: u32,       // tiles of 16 output channels in a group
  group_c4: u32,    // vec4 of output channels in a group
  tile: u32,        // first tile of this dispatch, counted over all groups
  tile_count: u32,
  w_base: u32,      // first vec4 of the bound view of w
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4<Elem>>;        // [tile, kh, kw, i/4, 4 (i), 4 (o/4)] of 4 o
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// Invocations for the pixels of one phase: one per 4 pixels, in whole quads of invocations.
fn invocations_of_phase() -> u32 {
  let stride = vec2u(params.stride_h, params.stride_w);
  let plane = (vec2u(params.rows, params.y_w) + stride - 1u) / stride;
  return (plane.x * plane.y + 15u) / 16u * 4u;
}

// 4 pixels of a phase that follow one another, as rows and columns among those of the phase.
struct Run {
  phase: vec2u,
  a: vec2u,
  b: vec2u,
  c: vec2u,
  d: vec2u,
}

fn next_of(pixel: vec2u, width: u32) -> vec2u {
  return select(vec2u(pixel.x, pixel.y + 1u), vec2u(pixel.x + 1u, 0u), pixel.y + 1u == width);
}

fn run_at(phase: vec2u, first: u32) -> Run {
  let width = (params.y_w - phase.y + params.stride_w - 1u) / params.stride_w;
  let a = vec2u(first / width, first % width);
  let b = next_of(a, width);
  let c = next_of(b, width);
  return Run(phase, a, b, c, next_of(c, width));
}

// Sums over the taps that a run meets, with the weights from `weights` on. Every phase takes the same number of turns,
// so that control flow is uniform; a tap beyond the window adds nothing.
fn add_taps(sums: ptr<function, Sums>, n: u32, run: Run, group: u32, weights: u32) {
  let kernel = vec2u(params.kernel_h, params.kernel_w);
  let step = vec2u(params.step_h, params.step_w);
  let taps = (kernel + step - 1u) / step;
  let met = meeting(vec2u(params.row, 0u) + run.phase);
  var tap = met.first;
  var source = met.source;
  var column = 0u;
  var i = 0u;
  for (var k = 0u; k < taps.x * taps.y * params.depth; k++) {
    let is_met = all(tap < kernel);
    let i0 = select(-1, index_of(n, source + vec2i(run.a)), is_met);
    let i1 = select(-1, index_of(n, source + vec2i(run.b)), is_met);
    let i2 = select(-1, index_of(n, source + vec2i(run.c)), is_met);
    let i3 = select(-1, index_of(n, source + vec2i(run.d)), is_met);
    let in_window = min(tap, kernel - 1u);
    let wi = weights + ((in_window.x * params.kernel_w + in_window.y) * params.depth + i) * 16u;
    add(sums, i0, i1, i2, i3, group * params.depth + i, wi);
    let is_tap_done = i + 1u == params.depth;
    let is_row_done = is_tap_done && column + 1u == taps.y;
    i = select(i + 1u, 0u, is_tap_done);
    column = select(column + u32(is_tap_done), 0u, is_row_done);
    tap = select(tap, vec2u(tap.x, tap.y + step.y), is_tap_done);
    tap = select(tap, vec2u(tap.x + step.x, met.first.y), is_row_done);
    source = select(source, vec2i(source.x, source.y - params.jump_w), is_tap_done);
    source = select(source, vec2i(source.x - params.jump_h, met.source.y), is_row_done);
  }
}

// The first vec4 of the pixels of a run.
fn outputs_at(n: u32, run: Run) -> vec4u {
  return vec4u(output_at(n, run.phase, run.a), output_at(n, run.phase, run.b),
    output_at(n, run.phase, run.c), output_at(n, run.phase, run.d));
}

fn output_at(n: u32, phase: vec2u, pixel: vec2u) -> u32 {
  let at = vec2u(params.row, 0u) + phase + pixel * vec2u(params.stride_h, params.stride_w);
  return ((n * params.y_h + at.x) * params.y_w + at.y) * params.y_c4 - params.y_base;
}

// How many pixels of a run lie in the band of rows.
fn count_of(run: Run) -> u32 {
  let rows = vec4u(run.a.x, run.b.x, run.c.x, run.d.x);
  let inside = vec4u(run.phase.x) + rows * params.stride_h < vec4u(params.rows);
  return dot(vec4u(1u), vec4u(inside));
}
