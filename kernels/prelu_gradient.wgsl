// dx = dy where x > 0, else slope[c] dy; with SLOPE dy min(x, 0), whose sum over pixels is the gradient of slope[c]
//
// One invocation per vec4.

override SLOPE: bool = false;

struct Params {
  x_first: u32,
  dy_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;       // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read> slope: array<vec4<f32>>;     // [C/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn prelu_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let value = vec4f(x[params.x_first + index]);
  let d = vec4f(dy[params.dy_first + index]);
  let below = slope[index % params.c4];
  var result: vec4f;
  if (SLOPE) { result = d * min(value, vec4f()); } else { result = select(below * d, d, value > vec4f()); }
  y[params.y_first + index] = vec4<Elem>(result);
}
