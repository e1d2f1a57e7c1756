// y[n, p] = the lowest c whose x[n, p, c] is largest
//
// One invocation per pixel. Lanes beyond C read as channel 0: they can only tie with it, and lose the tie.

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
  let beyond = vec4f(f32(x[x_at].x));
  let lanes = vec4u(0u, 1u, 2u, 3u);

  var best = select(beyond, vec4f(x[x_at]), lanes < vec4u(params.c));
  var label = lanes;
  for (var i = 1u; i < params.c4; i++) {
    let c = vec4u(4u * i) + lanes;
    let value = select(beyond, vec4f(x[x_at + i]), c < vec4u(params.c));
    label = select(label, c, value > best);
    best = max(best, value);
  }
  var winner = 0u;
  for (var lane = 1u; lane < 4u; lane++) {
    let ties = best[lane] == best[winner] && label[lane] < label[winner];
    if (best[lane] > best[winner] || ties) { winner = lane; }
  }
  y[params.y_first + index] = label[winner];
}
