// y[c] = exp(x[c] - max) / sum over c' of exp(x[c'] - max), over the channels of each pixel
// LOG: y[c] = x[c] - max - log(sum)
//
// One invocation per pixel. Lanes beyond C read as channel 0, which changes no maximum, and count nothing.

override LOG: bool = false;

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // pixels
  c: u32,
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

fn is_channel(slot: u32) -> vec4<bool> {
  return vec4u(4u * slot) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
}

@compute @workgroup_size(64, 1, 1)
fn softmax(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let x_at = params.x_first + index * params.c4;
  let y_at = params.y_first + index * params.c4;
  let beyond = vec4f(f32(x[x_at].x));

  var best = beyond;
  for (var i = 0u; i < params.c4; i++) {
    best = max(best, select(beyond, vec4f(x[x_at + i]), is_channel(i)));
  }
  let largest = vec4f(max(max(best.x, best.y), max(best.z, best.w)));
  var sum = vec4f();
  for (var i = 0u; i < params.c4; i++) {
    let value = select(beyond, vec4f(x[x_at + i]), is_channel(i)) - largest;
    sum += select(vec4f(), exp(value), is_channel(i));
  }
  let total = sum.x + sum.y + sum.z + sum.w;
  for (var i = 0u; i < params.c4; i++) {
    let value = select(beyond, vec4f(x[x_at + i]), is_channel(i)) - largest;
    var result: vec4f;
    if (LOG) { result = value - log(total); } else { result = exp(value) / total; }
    y[y_at + i] = vec4<Elem>(result);
  }
}
