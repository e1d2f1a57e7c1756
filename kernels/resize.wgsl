// y[n, p, c] = sum over taps (u, v) of rows[p.y, u] * columns[p.x, v] * x[n, first(p) + (u, v), c]
//
// Every interpolation is a table: first source row or column, and as many weights as the widest needs. One
// invocation per 4 channels of 4 output pixels of a row: each column of x is summed over its rows once and
// then serves all four.

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
  runs: u32,     // of 4 pixels in a row
  count: u32,    // invocations
  taps_y: u32,
  taps_x: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> first: array<u32>;           // [H' + W'], rows and then columns
@group(0) @binding(3) var<storage, read> weights: array<f32>;         // [H' * taps_y + W' * taps_x]
@group(0) @binding(4) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

// The weight of source column ix for output column ox.
fn weight(ix: u32, ox: u32) -> f32 {
  let tap = ix - first[params.y_h + ox];  // wraps round on the left of the first
  let index = params.y_h * params.taps_y + ox * params.taps_x + min(tap, params.taps_x - 1u);
  return select(0.0, weights[index], tap < params.taps_x);
}

@compute @workgroup_size(64, 1, 1)
fn resize(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let c = index % params.c4;
  let ox = 4u * (index / params.c4 % params.runs);
  let oy = params.row + index / (params.c4 * params.runs) % params.rows;
  let n = params.image + index / (params.c4 * params.runs * params.rows);
  let columns = min(vec4u(ox) + vec4u(0u, 1u, 2u, 3u), vec4u(params.y_w - 1u));
  let end = first[params.y_h + columns.w] + params.taps_x;

  var y0 = vec4f(); var y1 = vec4f(); var y2 = vec4f(); var y3 = vec4f();
  for (var ix = first[params.y_h + ox]; ix < end; ix++) {
    let h = vec4f(weight(ix, columns.x), weight(ix, columns.y), weight(ix, columns.z), weight(ix, columns.w));
    if (all(h == vec4f())) { continue; }
    var source = ((n * params.x_h + first[oy]) * params.x_w + ix) * params.c4 + c - params.x_base;
    var column = vec4f();
    for (var u = 0u; u < params.taps_y; u++) {
      column += weights[oy * params.taps_y + u] * vec4f(x[source]);
      source += params.x_w * params.c4;
    }
    y0 += h.x * column; y1 += h.y * column; y2 += h.z * column; y3 += h.w * column;
  }

  let out = ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base;
  y[out] = vec4<Elem>(y0);
  if (ox + 1u < params.y_w) { y[out + params.c4] = vec4<Elem>(y1); }
  if (ox + 2u < params.y_w) { y[out + 2u * params.c4] = vec4<Elem>(y2); }
  if (ox + 3u < params.y_w) { y[out + 3u * params.c4] = vec4<Elem>(y3); }
}
