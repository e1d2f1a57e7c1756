// y = a where t != 0, else b, value by value; an axis of size 1 of t, a or b is repeated
//
// One invocation per vec4 of y.
// uses: unravel

struct Params {
  y_base: u32,
  h: u32,
  w: u32,
  c4: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
  t_base: u32,
  t_n: u32,     // vec4 from one index to the next, 0 where an axis is repeated
  t_h: u32,
  t_w: u32,
  t_c: u32,
  a_base: u32,
  a_n: u32,
  a_h: u32,
  a_w: u32,
  a_c: u32,
  b_base: u32,
  b_n: u32,
  b_h: u32,
  b_w: u32,
  b_c: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> t: array<vec4<Elem>>;        // [N, H, W, C/4], sizes of 1 among them
@group(0) @binding(2) var<storage, read> a: array<vec4<Elem>>;        // the same
@group(0) @binding(3) var<storage, read> b: array<vec4<Elem>>;        // the same
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn choose(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = unravel(index, params.rows, params.w, params.c4);
  let n = params.image + at.x;
  let oy = params.row + at.y;
  let ox = at.z;
  let c = at.w;

  var test = t[n * params.t_n + oy * params.t_h + ox * params.t_w + c * params.t_c - params.t_base];
  var p = a[n * params.a_n + oy * params.a_h + ox * params.a_w + c * params.a_c - params.a_base];
  var q = b[n * params.b_n + oy * params.b_h + ox * params.b_w + c * params.b_c - params.b_base];
  if (params.t_c == 0u) { test = vec4<Elem>(test.x); }
  if (params.a_c == 0u) { p = vec4<Elem>(p.x); }
  if (params.b_c == 0u) { q = vec4<Elem>(q.x); }

  let out = ((n * params.h + oy) * params.w + ox) * params.c4 + c - params.y_base;
  y[out] = select(q, p, test != vec4<Elem>());
}
