// y = f(x), value by value; MODE says which f
//
// One invocation per vec4. Lanes beyond C are written as 0: f of what they hold may be no number.
// uses: unary_functions

override MODE: u32 = 0u;

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c: u32,
  c4: u32,
  a: f32,       // alpha
  b: f32,       // beta or gamma
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

fn value_of(v: vec4f) -> vec4f {
  switch MODE {
    case 1u: { return bounded_exp(v); }
    case 2u: { return log(v); }
    case 3u: { return -v; }
    case 4u: { return abs(v); }
    case 5u: { return sqrt(v); }
    case 6u: { return 1.0 / v; }
    case 7u: { return floor(v); }
    case 8u: { return ceil(v); }
    case 9u: { return round(v); }
    case 10u: { return trunc(v); }
    case 11u: { return sign(v); }
    case 12u: { return sin(v); }
    case 13u: { return cos(v); }
    case 14u: { return v * v; }
    case 15u: { return select(vec4f(), vec4f(1.0), v == vec4f()); }
    case 16u: { return error_function(v); }
    case 17u: { return 0.5 * v * (1.0 + error_function(v * 0.70710678)); }
    case 18u: { return 0.5 * v * (1.0 + hyperbolic_tangent(0.79788456 * (v + 0.044715 * v * v * v))); }
    case 19u: { return soft_plus(v); }
    case 20u: { return v / (1.0 + abs(v)); }
    case 21u: { return clamp(params.a * v + params.b, vec4f(), vec4f(1.0)); }
    case 22u: { return v * clamp(v / 6.0 + 0.5, vec4f(), vec4f(1.0)); }
    case 23u: { return v * hyperbolic_tangent(soft_plus(v)); }
    case 24u: { return select(vec4f(), v, v > vec4f(params.a)); }
    case 25u: { return select(params.a * exp_less_1(v), v, v >= vec4f()); }
    case 26u: { return select(params.a * exp_less_1(v / params.a), v, v >= vec4f()); }
    case 27u: { return params.b * select(params.a * exp_less_1(v), v, v > vec4f()); }
    default: { return hyperbolic_tangent(v); }
  }
}

@compute @workgroup_size(64, 1, 1)
fn unary(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let is_channel = vec4u(4u * (index % params.c4)) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
  let result = value_of(vec4f(x[params.x_first + index]));
  y[params.y_first + index] = vec4<Elem>(select(vec4f(), result, is_channel));
}
