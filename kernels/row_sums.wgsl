// sums[n, h, c] = sum over w of x[n, h, w, c]
//
// First half of global_avg_pool, in f32. One invocation per 4 channels of one row; neighbours touch
// neighbouring channels.

struct Params {
  x_base: u32,
  x_w: u32,
  c4: u32,
  sums_base: u32,
  row: u32,     // first row, counted over images
  count: u32,   // vec4 to write
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;           // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> sums: array<vec4<f32>>;   // [N, H, C/4]

@compute @workgroup_size(64, 1, 1)
fn row_sums(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let row = params.row + index / params.c4;
  let first = row * params.x_w * params.c4 + c - params.x_base;
  var sum = vec4f();
  for (var i = 0u; i < params.x_w; i++) {
    sum += vec4f(x[first + i * params.c4]);
  }
  sums[row * params.c4 + c - params.sums_base] = sum;
}
