// y = ca*a + cb*b; with ACCUMULATE y += ca*a + cb*b; without PAIR the terms in b drop out; with RELU the ReLU of that
//
// One invocation per vec4. A sum of more than two maps is a launch for every two.
// uses: relu

override PAIR: bool = true;
override ACCUMULATE: bool = false;

struct Params {
  a_first: u32,
  b_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  ca: f32,
  cb: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> b: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn sum(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let at = params.y_first + index;
  var total = params.ca * vec4f(a[params.a_first + index]);
  if (PAIR) { total += params.cb * vec4f(b[params.b_first + index]); }
  if (ACCUMULATE) { total += vec4f(y[at]); }
  y[at] = vec4<Elem>(act(total));
}
