// dx[c] = y[c] (dy[c] - sum over c' of y[c'] dy[c']), over the channels of each pixel
// LOG: dx[c] = dy[c] - exp(y[c]) sum over c' of dy[c']
//
// One invocation per pixel. Lanes beyond C count nothing.

override LOG: bool = false;

struct Params {
  v_first: u32,
  dy_first: u32,
  y_first: u32,
  count: u32,   // pixels
  c: u32,
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> v: array<vec4<Elem>>;        // y of the softmax, [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;       // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // dx, [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn softmax_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let v_at = params.v_first + index * params.c4;
  let dy_at = params.dy_first + index * params.c4;
  let y_at = params.y_first + index * params.c4;
  var sum = vec4f();
  for (var i = 0u; i < params.c4; i++) {
    let is_channel = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
    let d = select(vec4f(), vec4f(dy[dy_at + i]), is_channel);
    if (LOG) { sum += d; } else { sum += d * select(vec4f(), vec4f(v[v_at + i]), is_channel); }
  }
  let total = sum.x + sum.y + sum.z + sum.w;
  for (var i = 0u; i < params.c4; i++) {
    let is_channel = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
    let d = vec4f(dy[dy_at + i]);
    let value = select(vec4f(), vec4f(v[v_at + i]), is_channel);
    var result: vec4f;
    if (LOG) { result = d - exp(value) * total; } else { result = value * (d - total); }
    y[y_at + i] = vec4<Elem>(result);
  }
}
