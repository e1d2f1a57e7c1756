// y[p, c] = (x[p, c] - mean[c]) / sqrt(variance[c] + epsilon) * gamma[c] + beta[c]
//
// One invocation per vec4.

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c4: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;         // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> mean: array<vec4<f32>>;       // [C/4]
@group(0) @binding(3) var<storage, read> variance: array<vec4<f32>>;   // [C/4]
@group(0) @binding(4) var<storage, read> gamma: array<vec4<f32>>;      // [C/4]
@group(0) @binding(5) var<storage, read> beta: array<vec4<f32>>;       // [C/4]
@group(0) @binding(6) var<storage, read_write> y: array<vec4<Elem>>;   // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn batch_norm(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  // Lanes beyond C may hold no variance.
  let deviation = sqrt(max(variance[c], vec4f()) + params.epsilon);
  let normal = (vec4f(x[params.x_first + index]) - mean[c]) / deviation;
  y[params.y_first + index] = vec4<Elem>(normal * gamma[c] + beta[c]);
}
