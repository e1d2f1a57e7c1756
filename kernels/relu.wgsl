// A fused ReLU: max(v, 0), but NaN stays NaN, which max may turn into 0 so that nothing tells of an overflow.
// A part, not a kernel: it has no entry point.

override RELU: bool = false;

fn act(v: vec4f) -> vec4f { return select(v, vec4f(), vec4<bool>(RELU) & (v < vec4f())); }
