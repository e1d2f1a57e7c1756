// y[n, p, c] = sum over taps (u, v) of rows[p.y, u] * columns[p.x, v] * x[n, first(p) + (u, v), c]
//
// Every interpolation is a table: first source row, or source column of a run of 4 output columns, and as many
// weights as the widest needs, for a run in fours. One invocation per 4 channels of a run: each column of x is
// summed over its rows once and then serves all four.
// uses: unravel

// Two rows for each output row, as bilinear has them: a loop less to enter and leave.
override TWO_ROWS: bool = false;
// And 3 or 4 columns for each run, as where a bilinear map grows 4 or 2 times: no loop at all. 0: as many as `span`.
override COLUMNS: u32 = 0u;

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
  span: u32,     // source columns of a run
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> first: array<u32>;           // [H' + runs], rows and then runs
@group(0) @binding(3) var<storage, read> row_weights: array<f32>;     // [H', taps_y]
@group(0) @binding(4) var<storage, read> run_weights: array<vec4f>;   // [runs, span]
@group(0) @binding(5) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H', W', C/4]

// A column of x, summed over the rows of an output row; `at` is the uppermost.
fn rows_of(oy: u32, at: u32) -> vec4f {
  let weights = oy * params.taps_y;
  let step = params.x_w * params.c4;
  var column = row_weights[weights] * vec4f(x[at]);
  if (TWO_ROWS) { return column + row_weights[weights + 1u] * vec4f(x[at + step]); }
  for (var u = 1u; u < params.taps_y; u++) {
    column += row_weights[weights + u] * vec4f(x[at + u * step]);
  }
  return column;
}

@compute @workgroup_size(64, 1, 1)
fn resize(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let place = unravel(index, params.rows, params.runs, params.c4);
  let n = params.image + place.x;
  let oy = params.row + place.y;
  let run = place.z;
  let c = place.w;
  let source = ((n * params.x_h + first[oy]) * params.x_w + first[params.y_h + run]) * params.c4 + c - params.x_base;

  var y0 = vec4f(); var y1 = vec4f(); var y2 = vec4f(); var y3 = vec4f();
  if (COLUMNS == 3u) {
    let columns = mat3x4f(rows_of(oy, source), rows_of(oy, source + params.c4), rows_of(oy, source + 2u * params.c4));
    let at = 3u * run;
    let h = transpose(mat3x4f(run_weights[at], run_weights[at + 1u], run_weights[at + 2u]));
    y0 = columns * h[0]; y1 = columns * h[1]; y2 = columns * h[2]; y3 = columns * h[3];
  } else if (COLUMNS == 4u) {
    let columns = mat4x4f(rows_of(oy, source), rows_of(oy, source + params.c4), rows_of(oy, source + 2u * params.c4),
      rows_of(oy, source + 3u * params.c4));
    let at = 4u * run;
    let h = transpose(mat4x4f(run_weights[at], run_weights[at + 1u], run_weights[at + 2u], run_weights[at + 3u]));
    y0 = columns * h[0]; y1 = columns * h[1]; y2 = columns * h[2]; y3 = columns * h[3];
  } else {
    for (var v = 0u; v < params.span; v++) {
      let h = run_weights[run * params.span + v];
      if (all(h == vec4f())) { continue; }
      let column = rows_of(oy, source + v * params.c4);
      y0 += h.x * column; y1 += h.y * column; y2 += h.z * column; y3 += h.w * column;
    }
  }

  let ox = 4u * run;
  let out = ((n * params.y_h + oy) * params.y_w + ox) * params.c4 + c - params.y_base;
  y[out] = vec4<Elem>(y0);
  if (ox + 1u < params.y_w) { y[out + params.c4] = vec4<Elem>(y1); }
  if (ox + 2u < params.y_w) { y[out + 2u * params.c4] = vec4<Elem>(y2); }
  if (ox + 3u < params.y_w) { y[out + 3u * params.c4] = vec4<Elem>(y3); }
}
