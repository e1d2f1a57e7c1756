// dx[n, r, c, k] = sum over p of weight(p, r, c) dy[n, p, k], with the weights by which grid_sample reads x[r, c] for p
//
// One invocation per vec4 of dx, which looks at every place of the grid: no two write one cell, so nothing is added
// atomically and the order of the sum is fixed.
// uses: grid_place, unravel

struct Params {
  x_base: u32,     // first vec4 of the bound view of dx
  x_h: u32,
  x_w: u32,
  c: u32,
  c4: u32,
  grid_base: u32,
  dy_base: u32,
  h: u32,          // of dy and of the grid
  w: u32,
  image: u32,
  row: u32,        // first row of dx of each image
  rows: u32,
  count: u32,      // vec4 to write
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coordinates: array<vec4<Elem>>;  // [N, H', W', 1]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;           // [N, H', W', C/4]
@group(0) @binding(3) var<storage, read_write> dx: array<vec4<Elem>>;     // [N, H, W, C/4]

// The weight of one pixel of an axis for a coordinate.
fn weight_of(here: u32, v: f32, size: u32) -> f32 {
  let all = taps(pixel(v, size), size);
  var weight = 0.0;
  for (var i = 0u; i < all.count; i++) {
    weight += select(0.0, all.weight[i], landed(all.first + f32(i), size) == i32(here));
  }
  return weight;
}

@compute @workgroup_size(64, 1, 1)
fn grid_sample_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let own = unravel(index, params.rows, params.x_w, params.c4);
  let n = params.image + own.x;
  let row = params.row + own.y;
  let column = own.z;
  let slot = own.w;

  var sum = vec4f();
  for (var p = 0u; p < params.h * params.w; p++) {
    let at = n * params.h * params.w + p;
    let place = vec2f(coordinates[at - params.grid_base].xy);
    let vertical = weight_of(row, place.y, params.x_h);
    if (vertical == 0.0) { continue; }
    let weight = vertical * weight_of(column, place.x, params.x_w);
    sum += weight * vec4f(dy[at * params.c4 + slot - params.dy_base]);
  }
  dx[((n * params.x_h + row) * params.x_w + column) * params.c4 + slot - params.x_base] = vec4<Elem>(sum);
}
