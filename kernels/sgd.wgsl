// g = f (sum of gradients) + decay w, f = scale * min(1, limit / |all gradients|)
// h = momentum h + rate g,  w -= h; NESTEROV: w -= momentum h + rate g
//
// One step of stochastic gradient descent as Caffe does it: the history holds the rate. One invocation per vec4. Lanes
// beyond C stay as they are.

override NESTEROV: bool = false;

struct Params {
  g_first: u32,
  h_first: u32,
  y_first: u32,
  count: u32,      // vec4 to update
  c: u32,
  c4: u32,
  rate: f32,
  decay: f32,
  momentum: f32,
  scale: f32,
  limit: f32,      // of the norm of all gradients; 0 for none
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> square: array<vec4<f32>>;      // [1]: the squared norm of all gradients
@group(0) @binding(3) var<storage, read_write> h: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4<f32>>;     // w

@compute @workgroup_size(64, 1, 1)
fn sgd(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  var factor = params.scale;
  if (params.limit > 0.0) { factor *= min(1.0, params.limit / max(sqrt(square[0].x), 1e-37)); }
  let h_at = params.h_first + index;
  let y_at = params.y_first + index;
  let w = y[y_at];
  let step = params.rate * (factor * g[params.g_first + index] + params.decay * w);
  let history = params.momentum * h[h_at] + step;
  var change = history;
  if (NESTEROV) { change = params.momentum * history + step; }
  let is_channel = vec4u(4u * (index % params.c4)) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
  h[h_at] = select(h[h_at], history, is_channel);
  y[y_at] = select(w, w - change, is_channel);
}
