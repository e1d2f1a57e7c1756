// What conv2d_grouped and conv2d_depthwise share: the contract (params and bindings), raw weights in. A part, not a
// kernel: it has no entry point.

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  x_c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  y_c: u32,
  y_c4: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
  kernel_h: u32,
  kernel_w: u32,
  stride_h: u32,
  stride_w: u32,
  dilation_h: u32,
  dilation_w: u32,
  pad_top: i32,
  pad_left: i32,
  in_group: u32,
  out_group: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> w: array<f32>;               // [O, I/G, kh, kw]
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [O/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, O/4]

// First row and column of the pixel's window, and where its vec4 goes.
struct Output {
  n: u32,
  o4: u32,
  first: vec2i,
  index: u32,
}

fn output_of(index: u32) -> Output {
  let place = unravel(index, params.rows, params.y_w, params.y_c4);
  let n = params.image + place.x;
  let oy = params.row + place.y;
  let ox = place.z;
  let o4 = place.w;
  let stride = vec2u(params.stride_h, params.stride_w);
  let first = vec2i(vec2u(oy, ox) * stride) - vec2i(params.pad_top, params.pad_left);
  return Output(n, o4, first, ((n * params.y_h + oy) * params.y_w + ox) * params.y_c4 + o4 - params.y_base);
}

fn store(at: Output, sum: vec4f) {
  y[at.index] = vec4<Elem>(act(sum + b[at.o4]));
}
