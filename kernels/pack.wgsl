// y[n, h, w, c/4][c%4] = x[n, c, h, w]: planar host data into blocks of four channels, zero beyond C.
//
// One invocation per vec4 of y. Offsets let a large map arrive in several bands of rows.

struct Params {
  count: u32,     // vec4 to write
  c: u32,
  c4: u32,
  area: u32,      // pixels of this band: its rows times the width
  y_base: u32,
  first: u32,     // first pixel of the band in y, counted over images
  x_first: u32,   // where the band begins in x
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;               // [C, rows, W], one band of one image
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn pack(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = 4u * (index % params.c4);
  let pixel = index / params.c4;
  var value = vec4f();
  for (var k = 0u; k < 4u && c + k < params.c; k++) {
    value[k] = x[params.x_first + (c + k) * params.area + pixel];
  }
  y[(params.first + pixel) * params.c4 + c / 4u - params.y_base] = vec4<Elem>(value);
}
