// What the functions of one value and their derivatives share.
// A part, not a kernel: it has no entry point.

// Below -100 the result is no normal number; the bound keeps exp finite.
fn bounded_exp(v: vec4f) -> vec4f { return exp(max(v, vec4f(-100.0))); }

// exp(v) - 1 without the cancellation near 0: there, Taylor's series to v^5.
fn exp_less_1(v: vec4f) -> vec4f {
  let series = v * (1.0 + v * (0.5 + v * (1.0 / 6.0 + v * (1.0 / 24.0 + v * (1.0 / 120.0)))));
  return select(bounded_exp(v) - 1.0, series, abs(v) < vec4f(0.1));
}

// log(1 + v) for v in [0, 1].
fn log_1_more(v: vec4f) -> vec4f {
  let series = v * (1.0 - v * (0.5 - v * (1.0 / 3.0 - v * (0.25 - v * 0.2))));
  return select(log(1.0 + v), series, v < vec4f(0.03));
}

fn hyperbolic_tangent(v: vec4f) -> vec4f {
  let e = exp_less_1(-2.0 * abs(v));
  return sign(v) * -e / (2.0 + e);
}

fn soft_plus(v: vec4f) -> vec4f { return max(v, vec4f()) + log_1_more(bounded_exp(-abs(v))); }

// Near 0 the Maclaurin series; beyond, Abramowitz and Stegun 7.1.26, off by at most 1.5e-7.
fn error_function(v: vec4f) -> vec4f {
  let s = v * v;
  let near = 1.1283791671 * v * (1.0 - s * (1.0 / 3.0 - s * (0.1 - s * (1.0 / 42.0 - s * (1.0 / 216.0 - s * (1.0 / 1320.0))))));
  let t = 1.0 / (1.0 + 0.3275911 * abs(v));
  let sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return select(sign(v) * (1.0 - sum * bounded_exp(-s)), near, abs(v) < vec4f(0.5));
}
