// y[n, p, c] = sum over taps (u, v) of rows[p.y, u] * columns[p.x, v] * x[n, first(p) + (u, v), c]
//
// Every interpolation is a table: first source row or column, and as many weights as the widest needs. One
// invocation per 4 channels of one output pixel.

struct Params {
  x_base: u32,
  x_h: u32,
  x_w: u32,
  c4: u32,
  y_base: u32,
  y_h: u32,
  y_w: u32,
  image: u32,
  row: u32,
  rows: u32,
  count: u32,    // vec4 to write
  taps_y: u32,
  taps_x: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> first: array<u32>;           // [H' + W'], rows and then columns
@group(0) @binding(3) var<storage, read> weights: array<f32>;         // [H' * taps_y + W' * taps_x]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

@compute @workgroup_size(64, 1, 1)
fn resize(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = index / params.c4 % params.y_w;
  let oy = params.row + index / (params.c4 * params.y_w) % params.rows;
  let n = params.image + index / (params.c4 * params.y_w * params.rows);
  let iy = first[oy];
  let ix = first[params.y_h + ox];
  let columns = params.y_h * params.taps_y + ox * params.taps_x;

  var sum = vec4f();
  for (var u = 0u; u < params.taps_y; u++) {
    let source = ((n * params.x_h + iy + u) * params.x_w + ix) * params.c4 + c - params.x_base;
    var row = vec4f();
    for (var v = 0u; v < params.taps_x; v++) {
      row += weights[columns + v] * vec4f(x[source + v * params.c4]);
    }
    sum += weights[oy * params.taps_y + u] * row;
  }
  y[((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base] = vec4<Elem>(sum);
}
