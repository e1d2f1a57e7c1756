// y[n, p, c] = x[n, p + offset, c]; with ADD plus a[n, p, c]
//
// One invocation per vec4 of y. Caffe's Crop, and a skip in one launch: no cropped map is written. Without ADD
// a is bound but not read.
// uses: unravel

override ADD: bool = false;

struct Params {
  a_base: u32,
  x_base: u32,
  x_h: u32,
  x_w: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  c4: u32,
  image: u32,
  row: u32,     // first output row of each image
  rows: u32,
  count: u32,   // vec4 to write
  offset_y: u32,
  offset_x: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<Elem>>;        // [N, H', W', C/4]
@group(0) @binding(2) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

@compute @workgroup_size(64, 1, 1)
fn crop(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = unravel(index, params.rows, params.y_w, params.c4);
  let n = params.image + at.x;
  let oy = params.row + at.y;
  let ox = at.z;
  let c = at.w;
  let source = ((n * params.x_h + oy + params.offset_y) * params.x_w + ox + params.offset_x) * params.c4 + c;
  let target_index = ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c;
  var value = vec4f(x[source - params.x_base]);
  if (ADD) { value += vec4f(a[target_index - params.a_base]); }
  y[target_index - params.y_base] = vec4<Elem>(value);
}
