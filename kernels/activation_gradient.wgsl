// dx = f'(x) dy, value by value
//
// LEAKY:   f' = 1 where y > 0, else slope
// SIGMOID: f' = y (1 - y)
// TANH:    f' = 1 - y^2
// CLIP:    f' = 1 where low < x < high, else 0
//
// One invocation per vec4. Where f' follows from y, v is y, and x need not be kept; else v is x.

const LEAKY = 0u;
const SIGMOID = 1u;
const TANH = 2u;
const CLIP = 3u;
override MODE: u32 = LEAKY;

struct Params {
  v_first: u32,
  dy_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  slope: f32,
  low: f32,
  high: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;       // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // dx, [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn activation_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let value = vec4f(v[params.v_first + index]);
  let d = vec4f(dy[params.dy_first + index]);
  var result: vec4f;
  switch MODE {
    case SIGMOID: { result = value * (1.0 - value) * d; }
    case TANH: { result = (1.0 - value * value) * d; }
    case CLIP: {
      result = select(vec4f(), d, (value > vec4f(params.low)) & (value < vec4f(params.high)));
    }
    default: { result = select(params.slope * d, d, value > vec4f()); }
  }
  y[params.y_first + index] = vec4<Elem>(result);
}
