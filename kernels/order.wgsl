// The larger and the smaller of two values, NaN where one is: max and min may drop it, and nothing would tell of an
// overflow. A part, not a kernel: it has no entry point.

fn is_nan(v: vec4f) -> vec4<bool> { return (bitcast<vec4u>(v) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u); }

fn larger(a: vec4f, b: vec4f) -> vec4f { return select(a, b, (b > a) | is_nan(b)); }

fn smaller(a: vec4f, b: vec4f) -> vec4f { return select(a, b, (b < a) | is_nan(b)); }
