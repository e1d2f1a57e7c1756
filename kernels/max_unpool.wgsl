// y[position[i]] = x[i], positions in planar order over all of y; elsewhere 0
//
// Two launches for each band of y: CLEAR writes its zeros, one invocation per vec4; then one per value of x, which
// writes nothing beyond the band. y is an array of single values, as two invocations may write two lanes of a vec4.

override CLEAR: bool = false;

struct Params {
  count: u32,   // invocations
  x_c: u32,
  x_c4: u32,
  c: u32,       // sizes of y
  h: u32,
  w: u32,
  size: u32,    // values of y in planar order
  first: u32,   // pixels of the band
  end: u32,
  y_base: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;         // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> position: array<vec4<Elem>>;  // [N, H, W, C/4]
@group(0) @binding(3) var<storage, read_write> y: array<Elem>;         // [N, H', W', C/4, 4]

@compute @workgroup_size(64, 1, 1)
fn max_unpool(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let y_c4 = (params.c + 3u) / 4u;
  if (CLEAR) {
    let cleared = params.first * y_c4 + index - params.y_base;
    for (var lane = 0u; lane < 4u; lane++) { y[4u * cleared + lane] = Elem(); }
    return;
  }
  let at = index / params.x_c * params.x_c4 + index % params.x_c / 4u;
  let lane = index % params.x_c % 4u;
  let to = u32(round(f32(position[at][lane])));
  if (to >= params.size) { return; }
  let plane = to / (params.h * params.w);
  let pixel = plane / params.c * params.h * params.w + to % (params.h * params.w);
  if (pixel < params.first || pixel >= params.end) { return; }
  y[4u * (pixel * y_c4 - params.y_base) + plane % params.c] = x[at][lane];
}
