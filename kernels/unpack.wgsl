// y[n, c, h, w] = x[n, h, w, c/4][c%4]: rows of one image, or whole images, out to planar data.
//
// One invocation per element of y.

override INTEGER: bool = false;  // Elem is u32

struct Params {
  count: u32,     // elements to write
  c: u32,
  c4: u32,
  area: u32,      // pixels of an image's rows
  x_base: u32,
  first: u32,     // first pixel in x, counted over images
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<u32>;         // [C, rows, W], bits of f32 or u32

@compute @workgroup_size(64, 1, 1)
fn unpack(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index / params.area % params.c;
  let pixel = index / (params.area * params.c) * params.area + index % params.area;
  let value = x[(params.first + pixel) * params.c4 + c / 4u - params.x_base][c % 4u];
  y[index] = select(bitcast<u32>(f32(value)), u32(value), INTEGER);
}
