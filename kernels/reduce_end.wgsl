// y = post(x * factor), and with LANES of the four lanes together
//
// The end of a reduction, after the passes of reduce. One invocation per vec4. Lanes beyond C are written as 0.
// uses: reduction, order

override POST: u32 = 0u;       // x, sqrt(x), log(x)
override LANES: bool = false;  // the channels are among what is reduced

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c: u32,
  c4: u32,
  factor: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<f32>>;         // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn reduce_end(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  var value = x[params.x_first + index];
  if (LANES) {
    let pairs = combine(value, value.yxwz);
    value = combine(pairs, pairs.zwxy);
  }
  value *= params.factor;
  switch POST {
    case 1u: { value = sqrt(value); }
    case 2u: { value = log(value); }
    default: {}
  }
  let is_channel = vec4u(4u * (index % params.c4)) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
  y[params.y_first + index] = vec4<Elem>(select(vec4f(), value, is_channel));
}
