// y[n, p, c] = a[n, p, c] + b[n, p + offset, c]
//
// One invocation per 4 channels of one pixel.

struct Params {
  a_base: u32,
  b_base: u32,
  b_h: u32,
  b_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,      // vec4 to write
  offset_y: u32,
  offset_x: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> b: array<vec4<Elem>>;        // [N, H', W', C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn crop_sum(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = index / params.c4 % params.y_w;
  let oy = params.row + index / (params.c4 * params.y_w) % params.rows;
  let n = params.image + index / (params.c4 * params.y_w * params.rows);
  let at = ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c;
  let under = ((n * params.b_h + oy + params.offset_y) * params.b_w + ox + params.offset_x) * params.c4 + c;
  y[at - params.y_base] = vec4<Elem>(vec4f(a[at - params.a_base]) + vec4f(b[under - params.b_base]));
}
