// dx = f'(x) dy, value by value; MODE says which f, as in unary
//
// One invocation per vec4. Lanes beyond C are written as 0: f' of what they hold may be no number.
// uses: unary_functions

override MODE: u32 = 0u;

struct Params {
  x_first: u32,
  dy_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  c: u32,
  c4: u32,
  a: f32,       // alpha
  b: f32,       // beta or gamma
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;       // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // dx, [N, H, W, C/4]

// 1 / (1 + exp(-v)), the derivative of softplus.
fn logistic(v: vec4f) -> vec4f {
  let e = bounded_exp(-abs(v));
  return select(e, vec4f(1.0), v >= vec4f()) / (1.0 + e);
}

fn one_where(test: vec4<bool>) -> vec4f { return select(vec4f(), vec4f(1.0), test); }

fn derivative(v: vec4f) -> vec4f {
  let one = vec4f(1.0);
  switch MODE {
    case 1u: { return bounded_exp(v); }
    case 2u: { return 1.0 / v; }
    case 3u: { return -one; }
    case 4u: { return sign(v); }
    case 5u: { return 0.5 * inverseSqrt(v); }
    case 6u: { return -1.0 / (v * v); }
    case 12u: { return cos(v); }
    case 13u: { return -sin(v); }
    case 14u: { return 2.0 * v; }
    case 16u: { return 1.1283791671 * bounded_exp(-v * v); }
    case 17u: { return 0.5 * (1.0 + error_function(v * 0.70710678)) + 0.39894228 * v * bounded_exp(-0.5 * v * v); }
    case 18u: {
      let t = hyperbolic_tangent(0.79788456 * (v + 0.044715 * v * v * v));
      return 0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * 0.79788456 * (1.0 + 0.134145 * v * v);
    }
    case 19u: { return logistic(v); }
    case 20u: { return 1.0 / ((1.0 + abs(v)) * (1.0 + abs(v))); }
    case 21u: {
      let line = params.a * v + params.b;
      return params.a * one_where((line > vec4f()) & (line < one));
    }
    case 22u: { return select(select(v / 3.0 + 0.5, one, v >= vec4f(3.0)), vec4f(), v <= vec4f(-3.0)); }
    case 23u: {
      let t = hyperbolic_tangent(soft_plus(v));
      return t + v * (1.0 - t * t) * logistic(v);
    }
    case 24u: { return one_where(v > vec4f(params.a)); }
    case 25u: { return select(params.a * bounded_exp(v), one, v >= vec4f()); }
    case 26u: { return select(bounded_exp(v / params.a), one, v >= vec4f()); }
    case 27u: { return params.b * select(params.a * bounded_exp(v), one, v > vec4f()); }
    default: {
      let t = hyperbolic_tangent(v);
      return 1.0 - t * t;
    }
  }
}

@compute @workgroup_size(64, 1, 1)
fn unary_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let is_channel = vec4u(4u * (index % params.c4)) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
  let result = derivative(vec4f(x[params.x_first + index])) * vec4f(dy[params.dy_first + index]);
  y[params.y_first + index] = vec4<Elem>(select(vec4f(), result, is_channel));
}
