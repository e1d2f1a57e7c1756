// relu.wgsl by `params` instead of an `override`, for kernels so large that they should not be compiled twice for it.
// A part, not a kernel: it has no entry point.

fn act(v: vec4f) -> vec4f { return select(v, vec4f(), vec4<bool>(params.relu == 1u) & (v < vec4f())); }
