// y[n, p, c] = x[n, p, c] * s[c] + b[c]
//
// One invocation per 4 channels of one pixel.

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> s: array<vec4<f32>>;         // [C/4]
@group(0) @binding(3) var<storage, read> b: array<vec4<f32>>;         // [C/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn scale(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  y[params.y_first + index] = vec4<Elem>(vec4f(x[params.x_first + index]) * s[c] + b[c]);
}
