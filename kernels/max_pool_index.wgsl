// y[n, p, c] = max over taps inside the image of x[n, p*s - pad + (u, v)*d, c]; winner[n, p, c] = its h*W + w
//
// One invocation per 4 channels of one output pixel. The first maximum in raster order wins a tie.
// uses: pool_window, unravel, order

@group(0) @binding(3) var<storage, read_write> winner: array<vec4<u32>>;  // [N, H, W, C/4]

// A window of 2x2: the loops over the taps would take as long as all else.
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
  let taps = taps_on_image(p);
  let first = taps.first;
  let last = taps.last;
  var best = Best();
  if (all(first <= last)) {
    best = Best(load(p, first), place_of(first));
    if (TWO_BY_TWO) {
      best = better(best, p, vec2i(first.x, last.y));
      best = better(best, p, vec2i(last.x, first.y));
      best = better(best, p, last);
    } else {
      for (var row = first.x; row <= last.x; row += i32(params.dilation_h)) {
        for (var column = first.y; column <= last.y; column += i32(params.dilation_w)) {
          best = better(best, p, vec2i(row, column));
        }
      }
    }
  }
  y[p.out - params.y_base] = vec4<Elem>(best.value);
  winner[p.out - params.winner_base] = best.at;
}
