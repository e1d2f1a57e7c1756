// y[n, (c*H + h)*W + w] = x[n, h, w, c]: a map as one vector, in the order of planar data
//
// One invocation per 4 values of y. What an inner product reads of a map.

struct Params {
  count: u32,   // vec4 to write
  h: u32,
  w: u32,
  c: u32,
  c4: u32,
  y_c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, C*H*W/4]

@compute @workgroup_size(64, 1, 1)
fn flatten(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let area = params.h * params.w;
  let n = index / params.y_c4;
  var value = vec4f();
  for (var k = 0u; k < 4u; k++) {
    let at = 4u * (index % params.y_c4) + k;
    let c = at / area;
    if (c < params.c) { value[k] = f32(x[(n * area + at % area) * params.c4 + c / 4u][c % 4u]); }
  }
  y[index] = vec4<Elem>(value);
}
