// y[n, c] = (sum over h of sums[n, h, c]) / area
//
// Second half of global_avg_pool, after row_sums. One invocation per 4 channels of one image.

struct Params {
  sums_base: u32,
  h: u32,
  c4: u32,
  y_base: u32,
  image: u32,
  count: u32,   // vec4 to write
  area: u32,    // pixels of a plane
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<vec4<f32>>;      // [N, H, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, C/4]

@compute @workgroup_size(64, 1, 1)
fn global_avg_pool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let n = params.image + index / params.c4;
  let first = n * params.h * params.c4 + c - params.sums_base;
  var sum = vec4f();
  for (var i = 0u; i < params.h; i++) {
    sum += sums[first + i * params.c4];
  }
  y[n * params.c4 + c - params.y_base] = vec4<Elem>(sum / f32(params.area));
}
