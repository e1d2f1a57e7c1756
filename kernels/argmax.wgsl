// y[n, p] = the lowest c whose x[n, p, c] is largest
//
// One invocation per pixel.
// uses: best_channel

struct Params {
  x_first: u32,
  y_first: u32,
  count: u32,   // pixels
  c: u32,
  c4: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4<Elem>>;  // [N, H, W, C/4]
@group(0) @binding(2) var<storage, read_write> y: array<u32>;   // [N, H, W]

@compute @workgroup_size(64, 1, 1)
fn argmax(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let x_at = params.x_first + index * params.c4;

  var best = best_of_first(vec4f(x[x_at]), params.c);
  for (var i = 1u; i < params.c4; i++) {
    best = best_with(best, vec4f(x[x_at + i]), i, params.c);
  }
  y[params.y_first + index] = winner(best);
}
