// With n = (x - mean) / sqrt(variance + epsilon):
// PRODUCT: y = dy n, whose sum over pixels is dgamma
// else     y = dx = gamma / sqrt(variance + epsilon) (dy - share (dbeta + n dgamma))
//
// share is 1 over the pixels whose mean and variance these are, or 0 where they are stored ones. One invocation per
// vec4.

override PRODUCT: bool = false;

struct Params {
  x_first: u32,
  dy_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c4: u32,
  epsilon: f32,
  share: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;         // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read> mean: array<vec4<f32>>;       // [C/4]
@group(0) @binding(4) var<storage, read> variance: array<vec4<f32>>;   // [C/4]
@group(0) @binding(5) var<storage, read> gamma: array<vec4<f32>>;      // [C/4]
@group(0) @binding(6) var<storage, read> dgamma: array<vec4<f32>>;     // [C/4]
@group(0) @binding(7) var<storage, read> dbeta: array<vec4<f32>>;      // [C/4]
@group(0) @binding(8) var<storage, read_write> y: array<vec4<Elem>>;   // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn batch_norm_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let deviation = sqrt(max(variance[c], vec4f()) + params.epsilon);
  let normal = (vec4f(x[params.x_first + index]) - mean[c]) / deviation;
  let d = vec4f(dy[params.dy_first + index]);
  var result: vec4f;
  if (PRODUCT) {
    result = d * normal;
  } else {
    result = gamma[c] / deviation * (d - params.share * (dbeta[c] + normal * dgamma[c]));
  }
  y[params.y_first + index] = vec4<Elem>(result);
}
