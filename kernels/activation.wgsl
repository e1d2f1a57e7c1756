// LEAKY:   y = x where x > 0, else slope * x
// SIGMOID: y = 1 / (1 + exp(-x))
// CLIP:    y = min(max(x, low), high), but NaN stays NaN
//
// One invocation per vec4.

const LEAKY = 0u;
const SIGMOID = 1u;
const CLIP = 2u;
override MODE: u32 = LEAKY;

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  slope: f32,
  low: f32,
  high: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn activation(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let value = vec4f(x[params.x_first + index]);
  var result: vec4f;
  switch MODE {
    case SIGMOID: {
      // Below -80 the result is under 2e-35; the bound keeps exp finite.
      result = 1.0 / (1.0 + exp(-max(value, vec4f(-80.0))));
    }
    case CLIP: {
      let risen = select(value, vec4f(params.low), value < vec4f(params.low));
      result = select(risen, vec4f(params.high), risen > vec4f(params.high));
    }
    default: {
      result = select(params.slope * value, value, value > vec4f());
    }
  }
  y[params.y_first + index] = vec4<Elem>(result);
}
