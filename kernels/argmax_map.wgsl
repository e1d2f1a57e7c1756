// y[n, p] = the lowest c whose x[n, p, c] is largest; LAST: the highest such c; MIN: smallest
//
// argmax as a map of whole numbers that other layers read. One invocation per pixel. Lanes beyond C read as
// channel 0: they can only tie with it, and are never taken.

override LAST: bool = false;
override MIN: bool = false;

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // pixels
  c: u32,
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;        // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4<Elem>>;  // [N, H, W, 1]

@compute @workgroup_size(64, 1, 1)
fn argmax_map(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let x_at = params.x_first + index * params.c4;
  let turn = select(1.0, -1.0, MIN);

  var best = turn * f32(x[x_at].x);
  var label = 0u;
  for (var i = 0u; i < params.c4; i++) {
    let value = turn * vec4f(x[x_at + i]);
    for (var lane = 0u; lane < 4u; lane++) {
      let c = 4u * i + lane;
      let wins = value[lane] > best || (LAST && value[lane] == best);
      if (c < params.c && wins) {
        best = value[lane];
        label = c;
      }
    }
  }
  y[params.y_first + index] = vec4<Elem>(Elem(label), 0, 0, 0);
}
