// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]; winner[n, p, c] = its h*W + w
//
// One invocation per 4 channels of one output pixel. The first maximum in raster order wins a tie.
// uses: pool_window, unravel, order

@group(0) @binding(3) var<storage, read_write> winner: array<vec4<u32>>;  // [N, H, W, C/4]

// A window of 2x2 that is not dilated: the loops over the taps would take as long as all else.
override TWO_BY_TWO: bool = false;

struct Best {
  value: vec4f,
  at: vec4u,
}

fn better(best: Best, p: Place, at: vec2i) -> Best {
  let value = load(p, at);
  let is_better = (value > best.value) | is_nan(value);
  return Best(select(best.value, value, is_better), select(best.at, place_of(at), is_better));
}

fn place_of(at: vec2i) -> vec4u { return vec4u(u32(at.x) * params.x_w + u32(at.y)); }

@compute @workgroup_size(64, 1, 1)
fn max_pool_index(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * 64u + id.x;
  if (index >= params.count) { return; }
  let p = place(index);
  if (TWO_BY_TWO) {
    let taps = neighbours_on_image(p);
    var best = Best(load(p, taps.first), place_of(taps.first));
    best = better(best, p, vec2i(taps.first.x, taps.last.y));
    best = better(best, p, vec2i(taps.last.x, taps.first.y));
    best = better(best, p, taps.last);
    let has_taps = all(taps.first <= taps.last);
    y[p.out - params.y_base] = vec4<Elem>(select(vec4f(), best.value, has_taps));
    winner[p.out - params.winner_base] = select(vec4u(), best.at, has_taps);
    return;
  }
  let taps = taps_on_image(p);
  var best = Best();
  if (all(taps.first <= taps.last)) {
    best = Best(load(p, taps.first), place_of(taps.first));
    for (var row = taps.first.x; row <= taps.last.x; row += i32(params.dilation_h)) {
      for (var column = taps.first.y; column <= taps.last.y; column += i32(params.dilation_w)) {
        best = better(best, p, vec2i(row, column));
      }
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best.value);
  winner[p.out - params.winner_base] = best.at;
}
