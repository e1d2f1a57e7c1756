// y[n + at_n, p + at, c] = x[n, p, c]: one input of a concatenation along images, rows or columns
//
// One invocation per vec4 of x.
// uses: unravel

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
  at_n: u32,
  at_h: u32,
  at_w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn place(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = unravel(index, params.rows, params.x_w, params.c4);
  let n = params.image + at.x;
  let iy = params.row + at.y;
  let ix = at.z;
  let c = at.w;
  let from_index = ((n * params.x_h + iy) * params.x_w + ix) * params.c4 + c - params.x_base;
  let to = (((n + params.at_n) * params.y_h + iy + params.at_h) * params.y_w + ix + params.at_w) * params.c4 + c;
  y[to - params.y_base] = x[from_index];
}
