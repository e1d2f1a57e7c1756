// dgrid[n, p] = sum over r, c, k of the derivative of weight(p, r, c) by the column and the row of p, x[n, r, c, k] dy[n, p, k]
//
// One invocation per place of the grid.
// uses: grid_place

struct Params {
  x_base: u32,     // first vec4 of the bound view of x
  x_h: u32,
  x_w: u32,
  c: u32,
  c4: u32,
  grid_base: u32,
  dy_base: u32,
  h: u32,          // of dy and of the grid
  w: u32,
  y_base: u32,     // of dgrid
  image: u32,
  row: u32,        // first row of dgrid of each image
  rows: u32,
  count: u32,      // places to write
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;            // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> coordinates: array<vec4<Elem>>;  // [N, H', W', 1]
@group(0) @binding(3) var<storage, read> dy: array<vec4<Elem>>;           // [N, H', W', C/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;      // dgrid, [N, H', W', 1]

// Pixels for one step of a coordinate.
fn pixels(size: u32) -> f32 { return 0.5 * (f32(size) - select(0.0, 1.0, CORNERS)); }

// The sum over the channels of a pixel of x times dy; lanes beyond C count nothing.
fn product(pixel_of_x: u32, at: u32) -> f32 {
  var sum = 0.0;
  for (var slot = 0u; slot < params.c4; slot++) {
    let counts = vec4u(4u * slot) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.c);
    let p = select(vec4f(), vec4f(x[pixel_of_x * params.c4 + slot - params.x_base]), counts);
    let d = select(vec4f(), vec4f(dy[at * params.c4 + slot - params.dy_base]), counts);
    sum += dot(p, d);
  }
  return sum;
}

@compute @workgroup_size(64, 1, 1)
fn grid_sample_place_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let line = index / params.w;
  let row = params.row + line % params.rows;
  let n = params.image + line / params.rows;
  let at = (n * params.h + row) * params.w + index % params.w;
  let place = vec2f(coordinates[at - params.grid_base].xy);
  let rows = taps(pixel(place.y, params.x_h), params.x_h);
  let columns = taps(pixel(place.x, params.x_w), params.x_w);
  var sum = vec2f();
  for (var i = 0u; i < rows.count; i++) {
    let r = landed(rows.first + f32(i), params.x_h);
    for (var j = 0u; j < columns.count; j++) {
      let c = landed(columns.first + f32(j), params.x_w);
      if (min(r, c) < 0) { continue; }
      let value = product((n * params.x_h + u32(r)) * params.x_w + u32(c), at);
      sum += value * vec2f(rows.weight[i] * columns.slope[j], rows.slope[i] * columns.weight[j]);
    }
  }
  let d = sum * vec2f(pixels(params.x_w), pixels(params.x_h));
  y[at - params.y_base] = vec4<Elem>(vec4f(d, 0.0, 0.0));
}
