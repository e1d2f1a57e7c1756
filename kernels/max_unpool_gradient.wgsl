// dx[i] = dy[position[i]], positions in planar order over all of dy; 0 where one is beyond it
//
// One invocation per vec4.

struct Params {
  position_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  x_c: u32,
  x_c4: u32,
  c: u32,       // sizes of dy
  h: u32,
  w: u32,
  size: u32,    // values of dy
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> position: array<vec4<Elem>>;  // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4<Elem>>;        // [N, H', W', C/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4<Elem>>;   // dx, [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn max_unpool_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let slot = index % params.x_c4;
  let places = position[params.position_first + index];
  let y_c4 = (params.c + 3u) / 4u;
  var value = vec4<Elem>();
  for (var lane = 0u; lane < 4u && 4u * slot + lane < params.x_c; lane++) {
    let at = u32(round(f32(places[lane])));
    if (at >= params.size) { continue; }
    let plane = at / (params.h * params.w);
    let pixel = plane / params.c * params.h * params.w + at % (params.h * params.w);
    let c = plane % params.c;
    value[lane] = dy[pixel * y_c4 + c / 4u][c % 4u];
  }
  y[params.y_first + index] = value;
}
