// y[n, p*factor + k*step + first, c] = x[n*K + k, p, c], for phases k = 0 .. K-1 in rows of `columns`
// with SPLIT the other way: y[n*K + k, p, c] = x[n, p*factor + k*step + first, c], 0 beyond the map
//
// One invocation per vec4 of a phase. Of the two maps, "phases" is that of n*K images and "map" the other. With
// factor = columns and step = 1 phases interleave: shift-and-stitch. With factor = 1 they are shifted windows.
// uses: unravel

override SPLIT: bool = false;

struct Params {
  phases_base: u32, // first vec4 of the bound view of the phases
  phases_h: u32,
  phases_w: u32,
  map_base: u32,
  map_h: u32,
  map_w: u32,
  c4: u32,
  image: u32,       // first image of the phases
  row: u32,         // first row of a phase
  rows: u32,
  count: u32,       // vec4 to move
  phases: u32,      // K
  columns: u32,
  factor_y: i32,
  factor_x: i32,
  step_y: i32,
  step_x: i32,
  first_y: i32,
  first_x: i32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N*K, H', W', C/4]; with SPLIT [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]; with SPLIT [N*K, H', W', C/4]

@compute @workgroup_size(64, 1, 1)
fn stitch(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let place = unravel(index, params.rows, params.phases_w, params.c4);
  let image = params.image + place.x;
  let py = params.row + place.y;
  let px = place.z;
  let c = place.w;
  let k = image % params.phases;
  let phase = vec2i(vec2u(k / params.columns, k % params.columns));
  let at = vec2i(vec2u(py, px)) * vec2i(params.factor_y, params.factor_x)
    + phase * vec2i(params.step_y, params.step_x) + vec2i(params.first_y, params.first_x);
  let inside = all(at >= vec2i()) && all(at < vec2i(vec2u(params.map_h, params.map_w)));

  let in_phases = ((image * params.phases_h + py) * params.phases_w + px) * params.c4 + c - params.phases_base;
  var in_map = 0u;
  if (inside) {
    let pixel = (image / params.phases * params.map_h + u32(at.x)) * params.map_w + u32(at.y);
    in_map = pixel * params.c4 + c - params.map_base;
  }
  if (SPLIT) {
    y[in_phases] = select(vec4<Elem>(), x[in_map], inside);
  } else if (inside) {
    y[in_map] = x[in_phases];
  }
}
