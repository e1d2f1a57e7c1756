// dx[n, p, c] = sum over windows q that cover p and whose winner stands at p of dy[n, q, c]
//
// One invocation per 4 channels of one cell of x, which looks at the few windows over it: no two invocations
// write one cell, so nothing is added atomically and the order of the sum is fixed.
// uses: pool_cover, unravel

@group(0) @binding(3) var<storage, read> winner: array<vec4<u32>>;  // [N, H', W', C/4]: h*W + w

// Windows do not overlap: one at most is over a cell, and a loop would take as long as all else.
override APART: bool = false;

fn won(p: Cell, oy: i32, ox: i32, here: vec4u) -> vec4f {
  let q = window(p, oy, ox);
  return select(vec4f(), vec4f(dy[q - params.y_base]), winner[q - params.winner_base] == here);
}

@compute @workgroup_size(64, 1, 1)
fn max_pool_gradient(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = cell(index);
  let here = vec4u(u32(p.at.x) * params.x_w + u32(p.at.y));
  var sum = vec4f();
  if (APART) {
    if (all(p.first < p.end)) { sum = won(p, p.first.x, p.first.y, here); }
  } else {
    for (var oy = p.first.x; oy < p.end.x; oy++) {
      for (var ox = p.first.y; ox < p.end.y; ox++) { sum += won(p, oy, ox, here); }
    }
  }
  store(p, sum);
}
