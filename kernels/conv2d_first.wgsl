// y[n, p, o] = act(b[o] + sum over u, v, i of w[o, u, v, i] * x[n, p - pad + (u, v), i]), u, v and i below 3
//
// conv2d for the first layer of a net that sees colours through 3x3 windows at stride 1: one invocation computes 8
// channels of 4 rows of 4 pixels. It loads 6 x 6 pixels and a quarter of the weights once, which the lanes of a quad
// pass round, and then makes a row at a time without a loop, so that the sums of a row never leave the registers.
// Sums run over u, v, i.
// needs: subgroups
// uses: strip_store, relu_flag
enable subgroups;

// The weights of a tap: columns are input channels, rows output channels.
struct Tap { low: mat3x4f, high: mat3x4f }

// Of a row of the window.
struct Taps { left: Tap, middle: Tap, right: Tap }

// 6 columns of a row of x, 3 channels each.
struct Columns { left: mat4x3f, right: mat2x3f }

fn passed_round(own: vec4f) -> mat3x4f {
  return mat3x4f(quadBroadcast(own, 0u), quadBroadcast(own, 1u), quadBroadcast(own, 2u));
}

fn tap_at(index: u32) -> Tap {
  return Tap(passed_round(vec4f(w[index])), passed_round(vec4f(w[index + 1u])));
}

fn taps_at(index: u32) -> Taps {
  return Taps(tap_at(index), tap_at(index + 16u), tap_at(index + 32u));
}

fn pixel_at(row: i32, column: i32) -> vec3f {
  let inside = row >= 0 && column >= 0 && column < i32(params.x_w);
  return select(vec3f(), vec3f(x[u32(max(row + column - i32(params.x_base), 0))].xyz), inside);
}

fn columns_at(n: u32, y: i32, column: i32) -> Columns {
  let row = select(-1, (i32(n * params.x_h) + y) * i32(params.x_w), y >= 0 && y < i32(params.x_h));
  return Columns(
    mat4x3f(pixel_at(row, column), pixel_at(row, column + 1), pixel_at(row, column + 2), pixel_at(row, column + 3)),
    mat2x3f(pixel_at(row, column + 4), pixel_at(row, column + 5)));
}

fn products(c: Columns, t: Taps) -> Strip {
  let middle = mat4x3f(c.left[1], c.left[2], c.left[3], c.right[0]);
  let right = mat4x3f(c.left[2], c.left[3], c.right[0], c.right[1]);
  return Strip(
    t.left.low * c.left + t.middle.low * middle + t.right.low * right,
    t.left.high * c.left + t.middle.high * middle + t.right.high * right);
}

fn sum_of(a: Strip, b: Strip, c: Strip) -> Strip {
  return Strip(a.low + b.low + c.low, a.high + b.high + c.high);
}

override WORKGROUP: u32 = 64u; // invocations, for the tuner to choose

@compute @workgroup_size(WORKGROUP, 1, 1)
fn conv2d_first(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let index = id.y * grid.x * WORKGROUP + id.x;
  let place = place_of(index, 4u);

  let weights = (place.tile / 2u) * 144u + 4u * (index & 3u) + 2u * (place.tile & 1u) - params.w_base;
  let top = taps_at(weights);
  let centre = taps_at(weights + 48u);
  let bottom = taps_at(weights + 96u);

  let above = i32(params.row + place.row) - params.pad_top;
  let left = i32(place.column) - params.pad_left;
  let x0 = columns_at(place.n, above, left);
  let x1 = columns_at(place.n, above + 1, left);
  let x2 = columns_at(place.n, above + 2, left);
  let x3 = columns_at(place.n, above + 3, left);
  let x4 = columns_at(place.n, above + 4, left);
  let x5 = columns_at(place.n, above + 5, left);

  let outputs = outputs_of(place);
  if (place.rows > 0u) {
    store_row(outputs, 0u, sum_of(products(x0, top), products(x1, centre), products(x2, bottom)));
  }
  if (place.rows > 1u) {
    store_row(outputs, 1u, sum_of(products(x1, top), products(x2, centre), products(x3, bottom)));
  }
  if (place.rows > 2u) {
    store_row(outputs, 2u, sum_of(products(x2, top), products(x3, centre), products(x4, bottom)));
  }
  if (place.rows > 3u) {
    store_row(outputs, 3u, sum_of(products(x3, top), products(x4, centre), products(x5, bottom)));
  }
}
