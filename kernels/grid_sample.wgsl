// y[n, p, c] = x[n, (row, column)(p), c]: columns and rows from grid[n, p, 0] and grid[n, p, 1], -1 to 1 over x
//
// One invocation per vec4 of y.
// uses: grid_place, unravel

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  grid_base: u32,
  y_base: u32,
  h: u32,
  w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,   // vec4 to write
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> coordinates: array<vec4<Elem>>;  // [N, H', W', 1]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

fn sample(n: u32, place: vec2f, slot: u32) -> vec4f {
  let rows = taps(pixel(place.y, params.x_h), params.x_h);
  let columns = taps(pixel(place.x, params.x_w), params.x_w);
  var sum = vec4f();
  for (var i = 0u; i < rows.count; i++) {
    let r = landed(rows.first + f32(i), params.x_h);
    for (var j = 0u; j < columns.count; j++) {
      let c = landed(columns.first + f32(j), params.x_w);
      if (min(r, c) < 0) { continue; }
      let at = ((n * params.x_h + u32(r)) * params.x_w + u32(c)) * params.c4 + slot;
      sum += rows.weight[i] * columns.weight[j] * vec4f(x[at - params.x_base]);
    }
  }
  return sum;
}

@compute @workgroup_size(64, 1, 1)
fn grid_sample(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let own = unravel(index, params.rows, params.w, params.c4);
  let n = params.image + own.x;
  let at = (n * params.h + params.row + own.y) * params.w + own.z;
  let place = vec2f(coordinates[at - params.grid_base].xy);
  y[at * params.c4 + own.w - params.y_base] = vec4<Elem>(sample(n, place, own.w));
}
