// y = winner as a number: h*W + w as max_pool_index writes it, or COLUMNS: w*H + h
//
// One invocation per vec4.

override COLUMNS: bool = false;

struct Params {
  winner_first: u32,
  y_first: u32,
  count: u32,   // vec4 to write
  h: u32,       // of the map that the pool read
  w: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> winner: array<vec4<u32>>;    // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, C/4]

@compute @workgroup_size(64, 1, 1)
fn winner_place(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  var at = winner[params.winner_first + index];
  if (COLUMNS) { at = (at % vec4u(params.w)) * vec4u(params.h) + at / vec4u(params.w); }
  y[params.y_first + index] = vec4<Elem>(at);
}
