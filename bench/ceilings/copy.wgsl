// y[i] = x[i]: the most that a kernel moves. One invocation copies four blocks of a stride, so that neighbours touch
// neighbouring blocks.

struct Params {
  stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64, 1, 1)
fn copy(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.y * grid.x * 64u + id.x;
  if (i >= params.stride) {
    return;
  }
  let a = x[i];
  let b = x[i + params.stride];
  let c = x[i + 2u * params.stride];
  let d = x[i + 3u * params.stride];
  y[i] = a;
  y[i + params.stride] = b;
  y[i + 2u * params.stride] = c;
  y[i + 3u * params.stride] = d;
}
